//! `quarterdeck person`: who can sign in. Passwords are made here, shown once, and good for choosing another.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use quarterdeck_control::{Given, NewPerson, PersonRequest, PersonRoles, Place, Role};
use serde_json::json;

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::domains::PartArguments;
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct PersonArguments {
    #[command(subcommand)]
    action: PersonAction,
}

#[derive(Debug, Subcommand)]
enum PersonAction {
    /// Make a person, and print the password that they sign in with once
    Create(CreateArguments),
    /// List people and their roles
    List {
        /// How to print them
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
    /// Keep a person from signing in, and end their sessions
    Disable {
        /// The person's login or id
        person: String,
    },
    /// Let a person sign in again
    Enable {
        /// The person's login or id
        person: String,
    },
    /// Print another password to sign in with once, and end the person's sessions
    ResetPassword {
        /// The person's login or id
        person: String,
    },
}

#[derive(Debug, Args)]
struct CreateArguments {
    /// An e-mail address, or another name to sign in with
    #[arg(long)]
    login: String,
    /// What the person is called
    #[arg(long)]
    name: String,
    /// Where they belong, for good: installation, partner:ID or tenant:ID
    #[arg(long, value_name = "PLACE")]
    place: Place,
    /// Their role there: executive, analyst, operator, partner or administrator; none yet without
    #[arg(long)]
    role: Option<Role>,
    #[command(flatten)]
    part: PartArguments,
    /// The locale of their numbers and dates, such as en-GB [default: the tenant's]
    #[arg(long)]
    locale: Option<String>,
    /// Make no password: they come by their partner's identity provider
    #[arg(long)]
    no_password: bool,
    /// How to print the password
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
}

pub(crate) async fn run(config: Config, arguments: PersonArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let administration = home.control.administration_by_owner(clock::now());
    match arguments.action {
        PersonAction::Create(arguments) => {
            let (new, format) = new_person(arguments);
            let (person, password) = administration.create_person(&new).await?;
            match format {
                OutputFormat::Json => output::line(json!({
                    "person": person.id, "login": person.login, "home": person.home.to_string(), "one_time_password": password,
                }))?,
                OutputFormat::Table | OutputFormat::Csv => match password {
                    Some(password) => shown_once(&person.login, &password)?,
                    None => output::line(&person.id)?,
                },
            }
            if new.role.is_none() {
                let login = &person.login;
                eprintln!("{login} may do nothing until `quarterdeck member add --person {login}` gave them a role");
            }
        }
        PersonAction::List { format } => list(administration.people().await?, format)?,
        PersonAction::Disable { person } => {
            let said = if administration.disable_person(&person).await? { "disabled" } else { "was disabled already" };
            output::line(format!("{person}: {said}"))?;
        }
        PersonAction::Enable { person } => {
            if !administration.enable_person(&person).await? {
                bail!("`{person}` is not disabled");
            }
            output::line(format!("{person}: enabled"))?;
        }
        PersonAction::ResetPassword { person } => shown_once(&person, &administration.reset_password(&person).await?)?,
    }
    Ok(())
}

fn shown_once(login: &str, password: &str) -> Result<()> {
    output::line(password)?;
    eprintln!("{login} signs in with it once, and chooses another; it is not shown again");
    Ok(())
}

fn new_person(arguments: CreateArguments) -> (NewPerson, OutputFormat) {
    let CreateArguments { login, name, place, role, part, locale, no_password, format } = arguments;
    let role = role.map(|role| Given { role, domains: part.domains(), personal: part.personal });
    let request = PersonRequest { login, name, home: place, locale };
    (NewPerson { request, role, password: !no_password }, format)
}

fn list(people: Vec<PersonRoles>, format: OutputFormat) -> Result<()> {
    let row = |PersonRoles { person, memberships }: PersonRoles| {
        let roles = memberships.iter().map(|one| format!("{} in {}", one.role, one.place)).collect::<Vec<_>>().join(", ");
        [
            Some(person.login),
            Some(person.name),
            Some(person.home.to_string()),
            Some(roles),
            person.disabled_at.map(listing::instant),
            Some(listing::instant(person.created_at)),
            Some(person.id),
        ]
    };
    let columns = ["login", "name", "home", "roles", "disabled_at", "created_at", "id"];
    listing::print(columns, people.into_iter().map(row).collect(), format)
}
