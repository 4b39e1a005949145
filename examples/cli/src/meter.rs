//! How far long work has come: a bar on a terminal, a line every ten seconds elsewhere. On stderr, beside the data.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const PAUSE: Duration = Duration::from_secs(10);

/// Shows how far work has come.
#[derive(Debug)]
pub(crate) struct Meter {
    /// None where nobody looks at a bar.
    bar: Option<ProgressBar>,
    unit: &'static str,
    last: Instant,
}

impl Meter {
    /// For work that is counted in `unit`.
    pub(crate) fn new(unit: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(&format!(
                "{{msg}} {{bar:20}} {{percent:>3}} %  {{human_pos}}/{{human_len}} {unit}  {{per_sec}}  {{eta}} left",
            ));
            ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, unit, last: Instant::now() }
    }

    /// `done` of `total` is done; `what` says what is being done now.
    pub(crate) fn show(&mut self, what: &'static str, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_message(what);
            bar.set_length(total);
            bar.set_position(done);
        } else if self.last.elapsed() >= PAUSE {
            self.last = Instant::now();
            let percent = (done * 100).checked_div(total).unwrap_or(100);
            // Nobody is told that nobody can be told.
            let _ = writeln!(std::io::stderr(), "{what}: {done} of {total} {} ({percent} %)", self.unit);
        }
    }

    /// The work is done: the bar goes.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
