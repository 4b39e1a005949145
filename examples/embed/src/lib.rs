//! The business register of a town: a server that was there before OneService, on its own PostgreSQL, with its own table.
//!
//! What it wants of OneService is the licence that every new business needs. Whoever registers a business asks for the licence
//! with the same click, and both are written in one transaction: there is no business without its request, and no request for a
//! business that was not registered.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use oneservice_core::ids::AccessKey;
use oneservice_core::office::{NewDraft, Office, OfficeError};
use oneservice_core::request::{Actor, SignatureMethod};
use oneservice_core::store::{Outcome, StoreError};
use oneservice_sqlx::PostgresStore;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::PgPool;

/// What the server's pages need: its own database, and the office beside it.
#[derive(Debug, Clone)]
pub struct Register {
    /// The register's own connections.
    pub pool: PgPool,
    /// The engine, to write in the register's transactions.
    pub store: PostgresStore,
    /// The office.
    pub office: Office,
}

/// Makes the register's own table.
///
/// # Errors
/// The database's.
pub async fn create_table(pool: &PgPool) -> Result<(), sqlx::Error> {
    let sql = "CREATE TABLE IF NOT EXISTS business (name text PRIMARY KEY, licence_request text NOT NULL)";
    sqlx::query(sql).execute(pool).await.map(drop)
}

/// The pages.
pub fn routes(register: Register) -> Router {
    Router::new()
        .route("/drafts/{service}", post(begin))
        .route("/drafts/{key}/documents/{document}", put(attach))
        .route("/businesses", post(open_business))
        .with_state(register)
}

/// Begins the request for a licence; gives the key that opens the draft again.
async fn begin(
    State(register): State<Register>,
    Path(service): Path<String>,
    Json(answers): Json<Map<String, Value>>,
) -> Result<Response, Failed> {
    let mut draft = register.office.draft(NewDraft::of(&service)).await?;
    draft.answers(answers).await?;
    Ok((StatusCode::CREATED, Json(json!({ "draft": draft.key().text() }))).into_response())
}

/// Adds a paper to a draft.
async fn attach(
    State(register): State<Register>,
    Path((key, document)): Path<(String, String)>,
    file: Bytes,
) -> Result<Response, Failed> {
    let key: AccessKey = key.parse().map_err(|_| OfficeError::NotFound)?;
    register.office.open_draft(key).await?.attach(&document, "paper", None, file.to_vec()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What registers a business.
#[derive(Debug, Deserialize)]
struct NewBusiness {
    name: String,
    draft: String,
    signer: String,
}

/// Registers a business and sends its request for a licence: both or neither.
async fn open_business(
    State(register): State<Register>,
    Json(new): Json<NewBusiness>,
) -> Result<Response, Failed> {
    let key: AccessKey = new.draft.parse().map_err(|_| OfficeError::NotFound)?;
    let mut draft = register.office.open_draft(key).await?;
    draft.sign(SignatureMethod::Typed, &new.signer, None).await?;
    // The rules decide; nothing is written yet.
    let request = draft.prepare(&Actor::Applicant).await?;
    let mut transaction = register.pool.begin().await?;
    match register.store.commit_in(&mut transaction, &request).await? {
        Outcome::Committed(_) | Outcome::Replayed(_) => {}
        // Somebody was faster: the whole is tried again by whoever asked.
        _ => return Ok(StatusCode::CONFLICT.into_response()),
    }
    sqlx::query("INSERT INTO business (name, licence_request) VALUES ($1, $2)")
        .bind(&new.name)
        .bind(request.request.to_string())
        .execute(&mut *transaction)
        .await?; // A name that is taken takes the request back, too.
    transaction.commit().await?;
    let receipt = register.office.receipt_by_link(key).await?;
    let answer = json!({ "business": new.name, "code": receipt.code, "due": receipt.due_on });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Why nothing was done.
#[derive(Debug)]
enum Failed {
    Office(OfficeError),
    Register(sqlx::Error),
}

impl From<OfficeError> for Failed {
    fn from(error: OfficeError) -> Self {
        Self::Office(error)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Office(error.into())
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Register(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Office(OfficeError::NotFound | OfficeError::NoService(_)) => StatusCode::NOT_FOUND,
            Self::Office(OfficeError::Denied { .. } | OfficeError::Document(_)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            // The service was changed or withdrawn since the draft was looked at.
            Self::Office(OfficeError::ServiceChanged(_) | OfficeError::NotOffered { .. }) => {
                StatusCode::CONFLICT
            }
            Self::Register(error) if error.as_database_error().is_some_and(|e| e.is_unique_violation()) => {
                StatusCode::CONFLICT
            }
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        let text = match self {
            Self::Office(error) => error.to_string(),
            Self::Register(error) => error.to_string(),
        };
        (status, Json(json!({ "problem": text }))).into_response()
    }
}
