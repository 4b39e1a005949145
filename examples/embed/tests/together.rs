//! The register's row and the request are written together, or neither is.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use oneservice_core::ids::AccessKey;
use oneservice_core::office::Office;
use oneservice_core::store::Query;
use oneservice_core::testing::sample;
use oneservice_embed::{Register, create_table, routes};
use oneservice_sqlx::PostgresStore;
use oneservice_sqlx::testing::PostgresServer;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt;

const SERVICE: &str = "trade.market-stall";

async fn register(server: &PostgresServer) -> Register {
    let pool = PgPool::connect(&server.url()).await.unwrap();
    create_table(&pool).await.unwrap();
    let store = PostgresStore::open(&server.url().parse().unwrap()).await.unwrap();
    let office = Office::builder(store.clone(), sample::catalog().unwrap()).build().await.unwrap();
    Register { pool, store, office }
}

async fn ask(routes: &Router, method: &str, path: &str, body: impl Into<Body>) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap();
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// A draft that is complete but for the signature.
async fn draft(routes: &Router) -> String {
    let answers = Value::Object(sample::answers()).to_string();
    let (status, begun) = ask(routes, "POST", &format!("/drafts/{SERVICE}"), answers).await;
    assert_eq!(status, StatusCode::CREATED);
    let key = begun["draft"].as_str().unwrap().to_owned();
    let (status, _) =
        ask(routes, "PUT", &format!("/drafts/{key}/documents/id-card"), sample::PDF.to_vec()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    key
}

#[tokio::test]
async fn a_business_and_its_request_are_there_together_or_not_at_all() {
    let server = PostgresServer::start(&[]).unwrap();
    let register = register(&server).await;
    let routes = routes(register.clone());
    let count = async || -> (i64, usize, u64) {
        let businesses =
            sqlx::query_scalar("SELECT count(*) FROM business").fetch_one(&register.pool).await.unwrap();
        let requests = register.office.list(&Query::All, None, 100).await.unwrap().rows.len();
        (businesses, requests, register.office.store().head(register.office.id()).await.unwrap().size)
    };

    let key = draft(&routes).await;
    let business = json!({ "name": "ហាងក្រណាត់ ដារា", "draft": key, "signer": "SOK DARA" }).to_string();
    let (status, answer) = ask(&routes, "POST", "/businesses", business.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let (businesses, requests, events) = count().await;
    assert_eq!((businesses, requests), (1, 1), "commit leaves both");

    // Another draft under a name that is taken: their unique key takes our request back.
    let second = draft(&routes).await;
    let taken = json!({ "name": "ហាងក្រណាត់ ដារា", "draft": second, "signer": "SOK DARA" }).to_string();
    let (status, _) = ask(&routes, "POST", "/businesses", taken).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(count().await, (1, 1, events), "rollback leaves no request and no gap");
    let key: AccessKey = second.parse().unwrap();
    assert!(register.office.open_draft(key).await.is_ok(), "nothing typed is lost: the draft is still there");

    // Under another name the same draft goes in, in its turn.
    let fresh = json!({ "name": "ហាងក្រណាត់ ធី", "draft": second, "signer": "SOK DARA" }).to_string();
    let (status, answer) = ask(&routes, "POST", "/businesses", fresh).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let (businesses, requests, _) = count().await;
    assert_eq!((businesses, requests), (2, 2));
    // Sent already: the draft is gone, and nothing is there twice.
    let (status, _) = ask(&routes, "POST", "/businesses", business).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
