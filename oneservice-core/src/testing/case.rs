//! What a case is, and how it says what is broken.

use crate::store::{Store, StoreError};
use futures::future::BoxFuture;
use std::{
    fmt::{Debug, Display},
    future::Future,
    sync::Arc,
};

/// One promise of the seam, checked on a store that is empty.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Name that the test runner shows.
    pub name: &'static str,
    /// The check.
    pub run: fn(Arc<dyn Store>) -> BoxFuture<'static, Checked>,
}

/// One promise of an engine whose stores outlive the process, checked on a store that is empty.
#[derive(Debug, Clone, Copy)]
pub struct DurableCase {
    /// Name that the test runner shows.
    pub name: &'static str,
    /// The check.
    pub run: fn(Box<dyn Reopen>) -> BoxFuture<'static, Checked>,
}

/// What a check found.
pub type Checked = Result<(), Broken>;

/// A promise that was not kept, in words.
///
/// Not an error type itself, so that every error becomes one with `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

impl Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Broken {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        Self(text)
    }
}

/// What the suite is run on: a store and whatever must live as long as it (say, a temporary folder).
pub trait Subject: Send + Sync + 'static {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;
}

impl<S: Store + 'static> Subject for Arc<S> {
    fn store(&self) -> Arc<dyn Store> {
        self.clone()
    }
}

/// A subject whose store is still there after it was closed.
pub trait Durable: Subject + Sized {
    /// Closes the store and opens it again. All other handles to it are gone by then.
    fn reopen(self) -> impl Future<Output = Result<Self, StoreError>> + Send;
}

/// [`Durable`] without its type, for the cases.
pub trait Reopen: Send {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;
    /// Closes the store and opens it again.
    fn reopen(self: Box<Self>) -> BoxFuture<'static, Result<Box<dyn Reopen>, StoreError>>;
}

impl<D: Durable> Reopen for D {
    fn store(&self) -> Arc<dyn Store> {
        Subject::store(self)
    }

    fn reopen(self: Box<Self>) -> BoxFuture<'static, Result<Box<dyn Reopen>, StoreError>> {
        Box::pin(async move {
            let again: Box<dyn Reopen> = Box::new(Durable::reopen(*self).await?);
            Ok(again)
        })
    }
}

/// Demands that `found` is `expected`.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Checked {
    if found == expected {
        return Ok(());
    }
    Err(Broken(format!("{what}: found {}, expected {}", shown(&found), shown(&expected))))
}

/// Demands that `holds`.
pub(super) fn hold(what: &str, holds: bool) -> Checked {
    if holds { Ok(()) } else { Err(Broken(what.to_owned())) }
}

/// A value for people: never a megabyte.
fn shown(value: &impl Debug) -> String {
    let mut text = format!("{value:?}");
    if text.len() > 2_000 {
        text.truncate(text.floor_char_boundary(2_000));
        text.push('…');
    }
    text
}

/// Lists private case functions; one that is not listed is dead code, which the lints deny.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        &[$($crate::testing::Case { name: stringify!($case), run: |store| Box::pin($case(store)) }),+]
    };
}
pub(super) use cases;

/// The same for cases that close the store.
macro_rules! cases_durable {
    ($($case:ident),+ $(,)?) => {
        &[$($crate::testing::DurableCase { name: stringify!($case), run: |subject| Box::pin($case(subject)) }),+]
    };
}
pub(super) use cases_durable;
