//! `oneservice staff`: officers and their passwords.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use oneservice_core::calendar::Date;
use oneservice_core::catalog::Role;
use oneservice_core::ids::OfficerId;
use oneservice_core::request::Appointment;
use oneservice_pilot::staff::{Delegation, Member, Staff as Members};
use oneservice_pilot::{PilotError, Place};
use serde_json::{Value, json};

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Staff {
    /// Add an officer. The password is read from the first line of standard input.
    Add {
        /// Sign-in name: small letters, digits and `-`.
        id: String,
        /// Name for colleagues.
        #[arg(long)]
        name: String,
        /// What the officer may act as; may be given several times.
        #[arg(long = "role", value_name = "ROLE@DEPARTMENT", required = true)]
        roles: Vec<String>,
        /// The officer's national ID or telephone number, so that nobody works on a request of their own; may be given several times.
        #[arg(long = "known-by", value_name = "NUMBER")]
        known_by: Vec<String>,
    },
    /// Give a role of one officer to another, too, from a day to a day.
    Delegate {
        /// Whose role it is.
        from: OfficerId,
        /// Who acts in it meanwhile, too.
        to: OfficerId,
        /// The role.
        #[arg(long, value_name = "ROLE@DEPARTMENT")]
        role: String,
        /// The first day.
        #[arg(long)]
        since: Date,
        /// The last day.
        #[arg(long)]
        until: Date,
    },
    /// List officers.
    List,
}

fn appointment(text: &str) -> Result<Appointment, CliError> {
    let usage = || CliError::Usage(format!("'{text}': write ROLE@DEPARTMENT, such as examiner@tourism"));
    let (role, department) = text.split_once('@').ok_or_else(usage)?;
    let role = Role::from_word(role).ok_or_else(usage)?;
    Ok(Appointment::new(role, department.parse().map_err(|_| usage())?))
}

fn roles(member: &Member) -> Vec<String> {
    member.appointments.iter().map(|a| format!("{}@{}", a.role, a.department)).collect()
}

fn value(member: &Member) -> Value {
    json!({ "id": member.id, "name": member.name, "roles": roles(member) })
}

impl Staff {
    pub(crate) fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        if matches!(self, Self::List) && !place.data.is_dir() {
            return Err(PilotError::NoOffice(place.data.clone()).into());
        }
        let file = place.staff_file();
        let mut members = Members::read(&file)?;
        match self {
            Self::Add { id, name, roles, known_by } => {
                let catalog = place.catalog()?;
                let id = id.parse().map_err(|error| CliError::Usage(format!("{error}")))?;
                let roles = roles.iter().map(|role| appointment(role)).collect::<Result<Vec<_>, _>>()?;
                if std::io::stdin().is_terminal() {
                    out.note("password:")?;
                }
                let mut password = String::new();
                std::io::stdin().lock().read_line(&mut password)?;
                members.add(
                    catalog.office(),
                    id,
                    &name,
                    roles,
                    known_by,
                    password.trim_end_matches(['\r', '\n']),
                )?;
                members.write(&file)?;
                let added = members.officers.last().map(value);
                Ok(out.either(&json!(added), || "added; a running server knows it at once".into())?)
            }
            Self::Delegate { from, to, role, since, until } => {
                let Appointment { role, department, .. } = appointment(&role)?;
                let new = Delegation { from, to, role, department, since, until };
                let value = json!(new);
                members.delegate(place.catalog()?.office(), new)?;
                members.write(&file)?;
                Ok(out.either(&value, || "delegated; a running server knows it at once".into())?)
            }
            Self::List => {
                for member in &members.officers {
                    out.either(&value(member), || {
                        format!("{:<20} {:<40} {}", member.id.as_str(), member.name, roles(member).join(" "))
                    })?;
                }
                Ok(())
            }
        }
    }
}
