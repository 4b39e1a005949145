//! Opening the office and serving it until told to stop.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use oneservice_core::office::{Clock, Office, OfficeError, SetClock, SystemClock};
use oneservice_pilot::{PilotError, Place, demo};
use thiserror::Error;

use crate::app::{App, router};

/// Why the server could not run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The office cannot be opened.
    #[error(transparent)]
    Pilot(#[from] PilotError),
    /// The demonstration could not be made.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// No demonstration is made here.
    #[error(transparent)]
    NotHere(#[from] demo::NotHere),
    /// The address cannot be listened on.
    #[error("cannot serve: {0}")]
    Io(#[from] std::io::Error),
}

/// How many requests `--demo` makes.
const DEMO_REQUESTS: usize = 300;

/// Reads an address that printed links may begin with: `http://` or `https://`, a host, no query.
///
/// # Errors
/// What is wrong with it.
pub fn base_url(text: &str) -> Result<String, String> {
    let url: axum::http::Uri = text.parse().map_err(|error| format!("not an address: {error}"))?;
    match url.scheme_str() {
        Some("http" | "https") if url.query().is_none() => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("an address is written https://owso.example.org".to_owned()),
    }
}

/// Serves the office of `place` on `listen` until the process is told to stop. Printed links begin with `base_url`, or
/// with the address the person used. With `demo`, logins are added, and an
/// empty store is filled with made-up requests.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    place: &Place,
    listen: SocketAddr,
    base_url: Option<&str>,
    demo: bool,
) -> Result<(), ServeError> {
    if demo {
        prepare_demo(place).await?;
    }
    let opened = place.open(None).await?;
    let office = opened.office.clone();
    let services = office.catalog().services().count();
    let listener = tokio::net::TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let mut lines =
        format!("listening http://{address}  store {}  catalog {services} services\n", opened.store);
    if demo {
        let made = demo::officers(office.catalog());
        let logins: Vec<&str> = made.iter().map(|officer| officer.id.as_str()).collect();
        lines.push_str(&format!(
            "demonstration logins at http://{address}/desk, password '{}': {}\n",
            demo::PASSWORD,
            logins.join(", ")
        ));
    }
    {
        let mut out = std::io::stdout().lock();
        out.write_all(lines.as_bytes())?;
        out.flush()?;
    }
    for office in [office.trial(), office] {
        tokio::spawn(keep_time(office.clone()));
        tokio::spawn(sweep(office));
    }
    let service = router(App::new(opened).at(base_url)).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop()).await?;
    Ok(())
}

/// What time brings is recorded within a minute. Several servers may do it side by side.
async fn keep_time(office: Office) {
    loop {
        match office.tick().await {
            Ok(ticked) => {
                for (id, error) in ticked.failed {
                    tracing::warn!(request = %id, code = error.code(), "what is due could not be recorded");
                }
            }
            Err(error) => tracing::warn!(code = error.code(), "what is due could not be looked up"),
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

async fn sweep(office: Office) {
    loop {
        if let Err(error) = office.purge_drafts().await {
            tracing::warn!(code = error.code(), "drafts could not be swept");
        }
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    }
}

async fn prepare_demo(place: &Place) -> Result<(), ServeError> {
    let begin = SystemClock.now().plus_hours(-24 * demo::DAYS);
    let clock = Arc::new(SetClock::at(begin));
    let opened = place.open(Some(Arc::clone(&clock) as Arc<dyn Clock>)).await?;
    let ground = demo::Ground::of(place, &opened).await?;
    if !ground.filled {
        let plan = demo::Plan { requests: DEMO_REQUESTS, seed: 1 };
        demo::fill(&opened.office, &clock, plan, |_| {}).await?;
        ground.claim(&opened).await?;
    }
    opened.office.close().await;
    Ok(())
}

async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match terminate {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
