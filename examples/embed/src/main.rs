//! `oneservice-embed postgres://USER@HOST/DATABASE CATALOG [LISTEN]`: the business register, served.

use oneservice_core::catalog::Catalog;
use oneservice_core::office::{Documents, Office};
use oneservice_embed::{Register, create_table, routes};
use oneservice_sqlx::PostgresStore;
use sqlx::PgPool;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(database), Some(catalog)) = (words.next(), words.next()) else {
        return Err("give the database's URL and the folder of a catalogue".into());
    };
    let pool = PgPool::connect(&database).await?;
    create_table(&pool).await?;
    let store = PostgresStore::open(&database.parse()?).await?;
    let documents = Documents::in_folder("embed-files")?;
    let office = Office::builder(store.clone(), Catalog::load(catalog)?).documents(documents).build().await?;
    let listen = words.next().unwrap_or_else(|| "127.0.0.1:8081".into());
    let listener = tokio::net::TcpListener::bind(&listen).await?;
    axum::serve(listener, routes(Register { pool, store, office })).await?;
    Ok(())
}
