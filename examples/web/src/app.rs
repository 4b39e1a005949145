//! The routes, and what every handler knows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use oneservice_core::calendar::{Date, Moment};
use oneservice_core::ids::Digest32;
use oneservice_core::office::Office;
use oneservice_core::request::Officer;
use oneservice_core::text::Lang;
use oneservice_pilot::Opened;
use oneservice_pilot::staff::StaffFile;
use tower_http::compression::CompressionLayer;

use crate::tries::Tries;
use crate::{assets, citizen, desk, guard};

/// What every handler knows. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) office: Office,
    pub(crate) staff: Arc<StaffFile>,
    sessions: Arc<Mutex<HashMap<Digest32, Session>>>,
    /// Password hashing is slow on purpose; only so many at a time.
    pub(crate) sign_ins: Arc<tokio::sync::Semaphore>,
    /// Guesses at codes and passwords.
    pub(crate) tries: Arc<Tries>,
    /// What the addresses of its pages begin with: nothing, or [`TRIAL`].
    pub(crate) at: &'static str,
    /// Where people reach the office, as `https://owso.example.org`; without it, where this request came in.
    base_url: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
struct Session {
    officer: Officer,
    ends_at: Moment,
}

/// Hours until an officer must sign in again.
const SESSION_HOURS: i64 = 10;
/// Forms of answers are small; uploads have their own limit.
const FORM_MAX_BYTES: usize = 2 << 20;
/// A form with the scan of a signed paper.
const SCAN_FORM_MAX_BYTES: usize = 12 << 20;

impl App {
    /// An app over an office that is open.
    pub fn new(opened: Opened) -> Self {
        Self {
            office: opened.office,
            staff: opened.staff,
            sessions: Arc::default(),
            sign_ins: Arc::new(tokio::sync::Semaphore::new(2)),
            tries: Arc::default(),
            at: "",
            base_url: None,
        }
    }

    /// The same, reached by people at `url`: links that are printed begin with it.
    pub fn at(mut self, url: Option<&str>) -> Self {
        self.base_url = url.map(|url| url.trim_end_matches('/').into());
        self
    }

    /// The same office's trials: the same people, signed in once for both.
    fn trial(&self) -> Self {
        Self { office: self.office.trial(), at: TRIAL, ..self.clone() }
    }

    /// The office's day.
    pub(crate) fn today(&self) -> Date {
        self.office.catalog().calendar().local_date(self.office.now())
    }

    /// Where the person reached us, for links that are printed.
    pub(crate) fn base_url(&self, headers: &HeaderMap) -> String {
        match &self.base_url {
            Some(url) => url.to_string(),
            // The server itself speaks plain HTTP; whoever puts a proxy before it says so.
            None => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
                format!("http://{}", host.unwrap_or_default())
            }
        }
    }

    /// Whether people reach the office by HTTPS only.
    pub(crate) fn is_secure(&self) -> bool {
        self.base_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Begins a session; gives the secret for the cookie. Only its hash is kept.
    pub(crate) fn begin_session(&self, officer: Officer) -> Option<String> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).ok()?;
        let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = self.office.now();
        let session = Session { officer, ends_at: now.plus_hours(SESSION_HOURS) };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.ends_at > now);
        sessions.insert(Digest32::sha256(&[text.as_bytes()]), session);
        Some(text)
    }

    /// The officer of a session. The staff file is looked at anew, so that a change holds at once.
    pub(crate) fn officer(&self, secret: &str) -> Option<Officer> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&Digest32::sha256(&[secret.as_bytes()]))?;
        let current = self.staff.now().officer(session.officer.id.as_str(), self.today())?;
        (session.ends_at > self.office.now()).then_some(current)
    }

    pub(crate) fn end_session(&self, secret: &str) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&Digest32::sha256(&[secret.as_bytes()]));
    }
}

/// Where services are tried.
pub(crate) const TRIAL: &str = "/trial";

/// All pages: Khmer at `/`, English at `/en`; and all of them again at `/trial`, for staff who try a service.
pub fn router(app: App) -> Router {
    let trial = app.trial();
    let tried = site(trial.clone())
        .layer(middleware::from_fn_with_state(trial, guard::staff_only))
        .layer(middleware::from_fn(guard::stay_in_trial));
    site(app).nest(TRIAL, tried)
}

fn site(app: App) -> Router {
    let health = Router::new().route("/live", get(|| async { StatusCode::OK })).route("/ready", get(ready));
    Router::new()
        .merge(pages(Lang::Km))
        .nest("/en", pages(Lang::En))
        .nest("/health", health)
        .route("/assets/{name}", get(assets::asset))
        .fallback(citizen::nothing_here)
        .layer(middleware::from_fn(guard::same_site))
        .layer(middleware::from_fn_with_state(app.clone(), guard::own_pages))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(guard::headers))
        .with_state(app)
}

fn pages(lang: Lang) -> Router<App> {
    let uploads = Router::new()
        .route("/a/{key}/d/{document}", get(citizen::upload::show).post(citizen::upload::take))
        .route("/a/{key}/q/{section}/{place}", get(citizen::cell::show).post(citizen::cell::attach))
        .route("/desk/r/{id}/inspection", post(desk::inspection::report))
        .nest("/r/{key}/fix", correction_files())
        .nest("/desk/r/{id}/fix", correction_files())
        // The service's own limit is checked while the file streams.
        .layer(DefaultBodyLimit::max(120 << 20));
    let scans = Router::new()
        .route("/desk/a/{key}", get(desk::enter::show).post(desk::enter::send))
        .layer(DefaultBodyLimit::max(SCAN_FORM_MAX_BYTES));
    Router::new()
        .route("/", get(citizen::home::show))
        .route("/services", get(citizen::home::services))
        .route("/s/{service}", get(citizen::home::service))
        .route("/s/{service}/start", post(citizen::home::start))
        .route("/a/{key}", get(citizen::draft::tasks))
        .route("/a/{key}/changed", post(citizen::changed::accept))
        .route("/a/{key}/who", get(citizen::who::show).post(citizen::who::change))
        .route("/a/{key}/q/{section}", get(citizen::draft::questions).post(citizen::draft::answer))
        .route("/a/{key}/q/{section}/{place}/remove", post(citizen::cell::remove))
        .route("/a/{key}/f/{blob}", get(citizen::upload::view))
        .route("/a/{key}/d/{document}/remove", post(citizen::upload::remove))
        .route("/a/{key}/sign", get(citizen::sign::show).post(citizen::sign::sign))
        .route("/a/{key}/check", get(citizen::check::show))
        .route("/a/{key}/send", post(citizen::check::send))
        .route("/r/{key}", get(citizen::receipt::show))
        .route("/r/{key}/p/{blob}", get(citizen::receipt::photo))
        .route("/r/{key}/withdraw", get(citizen::withdraw::show).post(citizen::withdraw::withdraw))
        .route("/r/{key}/proxy", get(citizen::proxy::show).post(citizen::proxy::change))
        .route("/r/{key}/complain", get(citizen::complain::show).post(citizen::complain::complain))
        .route("/c/{code}/{key}", get(citizen::cosign::show).post(citizen::cosign::sign))
        .route("/r/{key}/object", get(citizen::object::show).post(citizen::object::object))
        .route("/r/{key}/follow/{purpose}", post(citizen::follow::follow))
        .nest("/r/{key}/fix", correction())
        .nest("/desk/r/{id}/fix", correction())
        .route("/track", get(citizen::receipt::track).post(citizen::receipt::tracked))
        .route("/verify", get(citizen::verify::show))
        .route("/v/{*number}", get(citizen::verify::of))
        .route("/desk", get(desk::queue::show))
        .route("/desk/login", get(desk::login::show).post(desk::login::sign_in))
        .route("/desk/logout", post(desk::login::sign_out))
        .route("/desk/find", get(desk::find::show))
        .route("/desk/results", get(desk::find::results))
        .route("/desk/away", get(desk::away::show).post(desk::away::change))
        .route("/desk/cash", get(desk::cash::show).post(desk::cash::close))
        .route("/desk/new", get(desk::enter::services))
        .route("/desk/new/{service}", get(desk::enter::service).post(desk::enter::start))
        .route("/desk/a/{key}/summary", get(desk::enter::summary))
        .route("/desk/r/{id}", get(desk::review::show).post(desk::review::act))
        .route("/desk/r/{id}/f/{blob}", get(desk::review::file))
        .layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
        .merge(uploads)
        .merge(scans)
        .layer(Extension(lang))
}

/// The files of a correction.
fn correction_files() -> Router<App> {
    Router::new()
        .route("/q/{place}", get(citizen::cell::show).post(citizen::cell::attach))
        .route("/d/{document}", get(citizen::fix::paper).post(citizen::fix::take_paper))
}

/// A correction's own page, and what takes a file away again.
fn correction() -> Router<App> {
    Router::new()
        .route("/", get(citizen::fix::show).post(citizen::fix::answer))
        .route("/q/{place}/remove", post(citizen::cell::remove))
        .route("/d/{document}/remove", post(citizen::fix::remove_paper))
}

async fn ready(axum::extract::State(app): axum::extract::State<App>) -> StatusCode {
    match app.office.store().head(app.office.id()).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
