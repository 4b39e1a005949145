//! The web server of a One-Window Service Office.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use oneservice_pilot::{Place, StoreUrl};

/// The web server of a One-Window Service Office.
#[derive(Debug, Parser)]
#[command(name = "oneservice-web", version)]
struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", env = "ONESERVICE_LISTEN", value_name = "ADDR")]
    listen: SocketAddr,
    /// Folder that holds everything: store, documents, keys, staff.
    #[arg(long, default_value = ".data", env = "ONESERVICE_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Another store than the folder's own.
    #[arg(long, env = "ONESERVICE_STORE", value_name = "URL")]
    store: Option<StoreUrl>,
    /// Catalogue; the folder's own, or the Battambang example, if not said.
    #[arg(long, env = "ONESERVICE_CATALOG", value_name = "DIR")]
    catalog: Option<PathBuf>,
    /// Where people reach the office, as https://owso.example.org: links and QR codes begin with it.
    #[arg(long, env = "ONESERVICE_BASE_URL", value_name = "URL", value_parser = oneservice_web::base_url)]
    base_url: Option<String>,
    /// Add demonstration logins, and 300 made-up requests if the store is empty.
    #[arg(long)]
    demo: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let Options { listen, data, store, catalog, base_url, demo } = Options::parse();
    match oneservice_web::serve(
        &Place { data, store, catalog, trial: false },
        listen,
        base_url.as_deref(),
        demo,
    )
    .await
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("error: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(inner) = cause {
                text.push_str(&format!(": {inner}"));
                cause = inner.source();
            }
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}
