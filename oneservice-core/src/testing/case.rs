//! What a case is, and how it says what is broken.

use crate::store::{Archive, Store, StoreError};
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

/// One promise of [`Archive`], checked on two stores that are empty: a source and a target.
#[derive(Debug, Clone, Copy)]
pub struct ArchiveCase {
    /// Name that the test runner shows.
    pub name: &'static str,
    /// The check.
    pub run: fn(AnyArchive, AnyArchive) -> BoxFuture<'static, Checked>,
}

/// Any engine.
type AnyArchive = Arc<dyn Archive>;

/// One promise of a target that outlives the process, checked on a store that is empty.
#[derive(Debug, Clone, Copy)]
pub struct TargetCase {
    /// Name that the test runner shows.
    pub name: &'static str,
    /// The check.
    pub run: fn(Box<dyn ReopenTarget>) -> BoxFuture<'static, Checked>,
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

/// A subject that can be copied: every engine.
pub trait Archived: Subject {
    /// The store.
    fn archive(&self) -> Arc<dyn Archive>;
}

impl<S: Archive + 'static> Archived for Arc<S> {
    fn archive(&self) -> Arc<dyn Archive> {
        self.clone()
    }
}

/// A subject whose store is still there after it was closed.
pub trait Durable: Subject + Sized {
    /// Closes the store and opens it again. All other handles to it are gone by then.
    fn reopen(self) -> impl Future<Output = Result<Self, StoreError>> + Send;
}

/// A durable engine: it can be opened as an office's store, and as the target of a transfer.
pub trait Target: Durable + Archived {
    /// Closes the store and opens it again as the target of a transfer. All other handles to it are gone by then.
    fn reopen_target(self) -> impl Future<Output = Result<Self, StoreError>> + Send;
}

/// [`Target`] without its type, for the cases.
pub trait ReopenTarget: Send {
    /// The store.
    fn archive(&self) -> Arc<dyn Archive>;
    /// Closes the store and opens it again as an office's.
    fn reopen(self: Box<Self>) -> BoxFuture<'static, Result<Box<dyn ReopenTarget>, StoreError>>;
    /// Closes the store and opens it again as a target.
    fn reopen_target(self: Box<Self>) -> BoxFuture<'static, Result<Box<dyn ReopenTarget>, StoreError>>;
}

impl<T: Target> ReopenTarget for T {
    fn archive(&self) -> Arc<dyn Archive> {
        Archived::archive(self)
    }

    fn reopen(self: Box<Self>) -> BoxFuture<'static, Result<Box<dyn ReopenTarget>, StoreError>> {
        Box::pin(async move {
            let again: Box<dyn ReopenTarget> = Box::new(Durable::reopen(*self).await?);
            Ok(again)
        })
    }

    fn reopen_target(self: Box<Self>) -> BoxFuture<'static, Result<Box<dyn ReopenTarget>, StoreError>> {
        Box::pin(async move {
            let again: Box<dyn ReopenTarget> = Box::new(Target::reopen_target(*self).await?);
            Ok(again)
        })
    }
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

/// The same for cases with a source and a target.
macro_rules! cases_archive {
    ($($case:ident),+ $(,)?) => {
        &[$($crate::testing::ArchiveCase {
            name: stringify!($case),
            run: |source, target| Box::pin($case(source, target)),
        }),+]
    };
}
pub(super) use cases_archive;

/// The same for cases that close a target.
macro_rules! cases_target {
    ($($case:ident),+ $(,)?) => {
        &[$($crate::testing::TargetCase { name: stringify!($case), run: |subject| Box::pin($case(subject)) }),+]
    };
}
pub(super) use cases_target;
