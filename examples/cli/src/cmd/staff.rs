//! `oneservice staff`: officers and their passwords.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use oneservice_core::calendar::Date;
use oneservice_core::catalog::{Catalog, Role};
use oneservice_core::ids::OfficerId;
use oneservice_core::office::{Clock, SystemClock};
use oneservice_core::request::Appointment;
use oneservice_pilot::delegation::{Delegation, role_word};
use oneservice_pilot::staff::{Member, Staff as Members, StaffError};
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
    /// Take a role back before the last day that was said: it ends at once.
    EndDelegation {
        /// Whose role it is.
        from: OfficerId,
        /// Who acts in it meanwhile.
        to: OfficerId,
        /// The role.
        #[arg(long, value_name = "ROLE@DEPARTMENT")]
        role: String,
        /// Only what begins on this day.
        #[arg(long)]
        since: Option<Date>,
    },
    /// List officers, and what they gave to others for now or later.
    List,
}

fn appointment(text: &str) -> Result<Appointment, CliError> {
    let usage = || CliError::Usage(format!("'{text}': write ROLE@DEPARTMENT, such as examiner@tourism"));
    let (role, department) = text.split_once('@').ok_or_else(usage)?;
    let role = Role::from_word(role).ok_or_else(usage)?;
    Ok(Appointment::new(role, department.parse().map_err(|_| usage())?))
}

fn roles(member: &Member) -> Vec<String> {
    member.appointments.iter().map(role_word).collect()
}

fn value(member: &Member) -> Value {
    json!({ "id": member.id, "name": member.name, "roles": roles(member) })
}

impl Staff {
    pub(crate) fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        if !matches!(self, Self::Add { .. }) && !place.data.is_dir() {
            return Err(PilotError::NoOffice(place.data.clone()).into());
        }
        let file = place.staff_file();
        let today = |catalog: &Catalog| catalog.calendar().local_date(SystemClock.now());
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
                let password = password.trim_end_matches(['\r', '\n']);
                let added = Members::change(&file, |members| {
                    members.add(catalog.office(), id, &name, roles, known_by, password)?;
                    Ok::<_, StaffError>(members.officers.last().map(value))
                })?;
                Ok(out.either(&json!(added), || "added; a running server knows it at once".into())?)
            }
            Self::Delegate { from, to, role, since, until } => {
                let Appointment { role, department, .. } = appointment(&role)?;
                let new = Delegation { from, to, role, department, since, until, ended_on: None };
                let (value, catalog) = (json!(new), place.catalog()?);
                Members::change(&file, |members| {
                    members
                        .delegate(catalog.office(), new, today(&catalog))
                        .map_err(|why| CliError::not_delegated(out.lang, &catalog, &why))
                })?;
                Ok(out.either(&value, || "delegated; a running server knows it at once".into())?)
            }
            Self::EndDelegation { from, to, role, since } => {
                let (role, catalog) = (appointment(&role)?, place.catalog()?);
                let value =
                    json!({ "from": from, "to": to, "role": role.role, "department": role.department });
                Members::change(&file, |members| {
                    members
                        .end_delegation(&from, &to, &role, since, today(&catalog))
                        .map_err(|why| CliError::not_delegated(out.lang, &catalog, &why))
                })?;
                Ok(out.either(&value, || "ended; a running server knows it at once".into())?)
            }
            Self::List => {
                let members = Members::read(&file)?;
                // Who works here is said also where the catalogue is being mended.
                let today = place.catalog().ok().map(|catalog| today(&catalog));
                for member in &members.officers {
                    let given: Vec<&Delegation> = today
                        .into_iter()
                        .flat_map(|today| members.delegated(today))
                        .filter(|given| given.from == member.id)
                        .collect();
                    let mut listed = value(member);
                    listed["delegated"] = json!(given);
                    out.either(&listed, || {
                        let line = format!(
                            "{:<20} {:<40} {}",
                            member.id.as_str(),
                            member.name,
                            roles(member).join(" ")
                        );
                        let given = given.iter().map(|d| {
                            format!(
                                "\n{:<20} {} also by {} from {} to {}",
                                "",
                                role_word(&d.appointment()),
                                d.to,
                                d.since,
                                d.until
                            )
                        });
                        std::iter::once(line).chain(given).collect()
                    })?;
                }
                Ok(())
            }
        }
    }
}
