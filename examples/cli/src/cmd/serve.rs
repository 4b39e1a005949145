//! `oneservice serve`: the web server.

use std::net::SocketAddr;

use clap::Args;
use oneservice_pilot::Place;

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where people reach the office, as `https://owso.example.org`: links and QR codes begin with it.
    #[arg(long, env = "ONESERVICE_BASE_URL", value_name = "URL", value_parser = oneservice_web::base_url)]
    base_url: Option<String>,
    /// Add demonstration logins, and 300 made-up requests if the store is empty.
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(crate) async fn run(self, place: &Place, _: &mut Output) -> Result<(), CliError> {
        if place.trial {
            return Err(CliError::Usage("the server serves trials anyway, at /trial".to_owned()));
        }
        Ok(oneservice_web::serve(place, self.listen, self.base_url.as_deref(), self.demo).await?)
    }
}
