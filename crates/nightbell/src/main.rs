//! The `nightbell` command: reads its arguments, runs one command, exits. Everything else is in the library beside it.

fn main() -> std::process::ExitCode {
    // Before anything can open a connection: a TLS library that has to guess its provider panics hours later.
    nightbell_delivery::install_crypto();
    nightbell::cli::main(std::env::args_os())
}
