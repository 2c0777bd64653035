//! Where the data plane writes what went wrong: stderr, unless the process has a subscriber of its own.
use tracing::Level;

/// Writes warnings and errors to stderr, one line each, if nothing else listens to `tracing`.
pub(crate) fn to_stderr() {
    if !tracing::dispatcher::has_been_set() {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::WARN)
            .with_ansi(false)
            .with_writer(std::io::stderr)
            .finish();
        // Another thread may have been faster: then there is a subscriber.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }
}
