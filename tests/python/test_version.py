from importlib import metadata

import consent


def test_the_package_and_the_library_inside_it_are_one_version():
    assert consent.__version__ == metadata.version("consent")
