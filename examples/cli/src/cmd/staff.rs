//! `oneservice staff`: officers and their passwords.

use std::io::BufRead;

use clap::Subcommand;
use oneservice_core::catalog::Role;
use oneservice_core::request::Appointment;
use oneservice_pilot::Place;
use oneservice_pilot::staff::Staff as Members;
use serde_json::json;

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
    },
    /// List officers.
    List,
}

fn appointment(text: &str) -> Result<Appointment, CliError> {
    let usage = || CliError::Usage(format!("'{text}': write ROLE@DEPARTMENT, such as examiner@tourism"));
    let (role, department) = text.split_once('@').ok_or_else(usage)?;
    let role = Role::from_word(role).ok_or_else(usage)?;
    Ok(Appointment { role, department: department.parse().map_err(|_| usage())? })
}

impl Staff {
    pub(crate) fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let file = place.staff_file();
        let mut members = Members::read(&file)?;
        match self {
            Self::Add { id, name, roles } => {
                let catalog = place.catalog()?;
                let id = id.parse().map_err(|error| CliError::Usage(format!("{error}")))?;
                let roles = roles.iter().map(|role| appointment(role)).collect::<Result<Vec<_>, _>>()?;
                out.note("password:")?;
                let mut password = String::new();
                std::io::stdin().lock().read_line(&mut password)?;
                members.add(catalog.office(), id, &name, roles, password.trim_end_matches(['\r', '\n']))?;
                members.write(&file)?;
                out.note("added; a running server knows it after its next start")?;
                Ok(())
            }
            Self::List => {
                for member in &members.officers {
                    let roles: Vec<String> =
                        member.appointments.iter().map(|a| format!("{}@{}", a.role, a.department)).collect();
                    let value = json!({ "id": member.id, "name": member.name, "roles": roles });
                    out.either(&value, || {
                        format!("{:<20} {:<40} {}", member.id.as_str(), member.name, roles.join(" "))
                    })?;
                }
                Ok(())
            }
        }
    }
}
