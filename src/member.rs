//! `quarterdeck member`: which role a person has where.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use quarterdeck_control::{Given, Place, Role};

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::domains::{PartArguments, shown, yes_or_no};
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct MemberArguments {
    #[command(subcommand)]
    action: MemberAction,
}

#[derive(Debug, Subcommand)]
enum MemberAction {
    /// Give a person a role in a place, or change it
    Add {
        /// The person's login or id
        #[arg(long)]
        person: String,
        /// installation, partner:ID or tenant:ID
        #[arg(long)]
        place: Place,
        /// executive, analyst, operator, partner or administrator
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        part: PartArguments,
    },
    /// Take a person's role in a place away
    Remove {
        /// The person's login or id
        #[arg(long)]
        person: String,
        /// installation, partner:ID or tenant:ID
        #[arg(long)]
        place: Place,
    },
    /// List roles
    List {
        /// Of this person alone, by login or id
        #[arg(long)]
        person: Option<String>,
        /// In this place alone
        #[arg(long)]
        place: Option<Place>,
        /// How to print them
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
}

pub(crate) async fn run(config: Config, arguments: MemberArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let administration = home.control.administration_by_owner(clock::now());
    match arguments.action {
        MemberAction::Add { person, place, role, part } => {
            let given = Given { role, domains: part.domains(), personal: part.personal };
            administration.give_role(&person, &place, &given).await?;
            output::line(format!("{person}: {role} in {place}"))
        }
        MemberAction::Remove { person, place } => {
            if !administration.take_role(&person, &place).await? {
                bail!("`{person}` has no role in {place}: `quarterdeck member list` shows those there are");
            }
            output::line(format!("{person}: no role in {place} any more"))
        }
        MemberAction::List { person, place, format } => {
            let only = match &person {
                Some(person) => Some(administration.person(person).await?.id),
                None => None,
            };
            let mut rows = Vec::new();
            for one in administration.people().await? {
                for membership in &one.memberships {
                    let is_meant = only.as_ref().is_none_or(|id| *id == one.person.id)
                        && place.as_ref().is_none_or(|place| *place == membership.place);
                    if is_meant {
                        rows.push([
                            Some(one.person.login.clone()),
                            Some(membership.place.to_string()),
                            Some(membership.role.to_string()),
                            Some(shown(&membership.domains)),
                            yes_or_no(membership.pii),
                        ]);
                    }
                }
            }
            listing::print(["person", "place", "role", "domains", "personal"], rows, format)
        }
    }
}
