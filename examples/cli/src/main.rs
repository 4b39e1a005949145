//! The command line of a One-Window Service Office.

mod cmd;
mod exit;
mod meter;
mod output;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use oneservice_core::text::Lang;
use oneservice_pilot::{Place, StoreUrl};

use crate::exit::CliError;
use crate::output::Output;

/// A One-Window Service Office from the command line.
#[derive(Debug, Parser)]
#[command(name = "oneservice", version, propagate_version = true)]
struct Cli {
    /// Folder that holds everything: store, documents, keys, staff.
    #[arg(long, global = true, default_value = ".data", env = "ONESERVICE_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Another store than the folder's own.
    #[arg(long, global = true, env = "ONESERVICE_STORE", value_name = "URL")]
    store: Option<StoreUrl>,
    /// Catalogue; the folder's own, or the Battambang example, if not said.
    #[arg(long, global = true, env = "ONESERVICE_CATALOG", value_name = "DIR")]
    catalog: Option<PathBuf>,
    /// Only try it: requests, numbers, queues and money of this command are those of trials, which count nowhere.
    #[arg(long, global = true)]
    trial: bool,
    /// Write JSON with stable keys.
    #[arg(long, global = true)]
    json: bool,
    /// Language of what is written for people: en or km.
    #[arg(long, global = true, default_value = "en", value_parser = ["en", "km"])]
    lang: String,
    #[command(subcommand)]
    command: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    /// The services that can be asked for.
    #[command(subcommand)]
    Catalog(cmd::catalog::Catalog),
    /// The rules as data: the lifecycle, permissions, codes and reasons.
    #[command(subcommand)]
    Rules(cmd::rules::Rules),
    /// Requests: judge, send, look up, act.
    #[command(subcommand)]
    Request(cmd::request::Request),
    /// The register of results that were handed over.
    #[command(subcommand)]
    Result(cmd::result::ResultNoun),
    /// What waits for whom.
    #[command(subcommand)]
    Queue(cmd::queue::Queue),
    /// The cash desk: close the day, show the closings.
    #[command(subcommand)]
    Cash(cmd::cash::Cash),
    /// Officers and their passwords.
    #[command(subcommand)]
    Staff(cmd::staff::Staff),
    /// Do all that has fallen due: reminders, escalation, silence, lapse. The web server does it by itself every minute.
    Tick,
    /// The store.
    #[command(subcommand)]
    Store(cmd::store::Store),
    /// Fill the store with made-up requests in all stages, then serve it.
    Demo(cmd::demo::Demo),
    /// Run the web server.
    Serve(cmd::serve::Serve),
    /// Completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let lang = if cli.lang == "km" { Lang::Km } else { Lang::En };
    let place = Place { data: cli.data, store: cli.store, catalog: cli.catalog, trial: cli.trial };
    let mut out = Output::new(cli.json, lang);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&CliError::from(error), out.json, lang),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Noun::Catalog(command) => command.run(&place, &mut out),
            Noun::Rules(command) => command.run(&place, &mut out),
            Noun::Request(command) => command.run(&place, &mut out).await,
            Noun::Result(command) => command.run(&place, &mut out).await,
            Noun::Queue(command) => command.run(&place, &mut out).await,
            Noun::Cash(command) => command.run(&place, &mut out).await,
            Noun::Staff(command) => command.run(&place, &mut out),
            Noun::Tick => cmd::tick::run(&place, &mut out).await,
            Noun::Store(command) => command.run(&place, &mut out).await,
            Noun::Demo(command) => command.run(&place, &mut out).await,
            Noun::Serve(command) => command.run(&place, &mut out).await,
            Noun::Completions { shell } => {
                let mut text = Vec::new();
                let mut command = <Cli as clap::CommandFactory>::command();
                clap_complete::generate(shell, &mut command, "oneservice", &mut text);
                Ok(out.raw(&text)?)
            }
        }
    });
    match result.and_then(|()| Ok(std::io::stdout().flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error, out.json, lang),
    }
}

/// Help and versions go to stdout. A mistake is written as text, or as JSON if that was among what was asked.
fn not_understood(error: &clap::Error) -> ExitCode {
    let asked_for_json =
        std::env::args_os().skip(1).take_while(|word| word != "--").any(|word| word == "--json");
    if error.use_stderr() && asked_for_json {
        let text = error.render().to_string();
        let text = text.trim().trim_start_matches("error: ").to_owned();
        return exit::report(&CliError::Usage(text), true, Lang::En);
    }
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
