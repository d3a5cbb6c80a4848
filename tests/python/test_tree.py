"""The Python tree: no modules import each other in a circle, and each folder keeps to its own."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "python/consent"


def module_of(file):
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("consent", *parts)).removesuffix(".__init__")


def imports(nodes):
    """Modules that a module needs before it is loaded itself."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from imports([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from imports(node.body)


def circle(graph, at, path, done):
    if at in path:
        return path[path.index(at) :]
    if at in done:
        return []
    done.add(at)
    for other in sorted(graph[at]):
        if found := circle(graph, other, [*path, at], done):
            return found
    return []


def test_no_modules_import_each_other_in_a_circle():
    files = {module_of(file): file for file in PACKAGE.rglob("*.py")}
    graph = {
        name: set(imports(ast.parse(file.read_text(encoding="utf-8")).body))
        & set(files) - {name, "consent"}
        for name, file in files.items()
    }
    done = set()
    for name in sorted(graph):
        assert not circle(graph, name, [], done)


def test_the_check_finds_a_circle():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}}
    assert circle(graph, "a", [], set()) == ["a", "b", "c"]
