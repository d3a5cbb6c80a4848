module libconsent.example/verifier

go 1.19
