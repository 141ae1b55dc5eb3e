//! `quarterdeck provider`: where the people of a partner sign in by OpenID Connect. The client secret comes from a file and is not shown.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use quarterdeck_control::{FirstSignIn, IdentityProvider, Role};

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct ProviderArguments {
    #[command(subcommand)]
    action: ProviderAction,
}

#[derive(Debug, Subcommand)]
enum ProviderAction {
    /// Store where the people of a partner sign in
    Set(SetArguments),
    /// List identity providers, without their client secrets
    Show {
        /// How to print them
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
    /// Forget where the people of a partner sign in
    Remove {
        /// The partner
        #[arg(long)]
        partner: String,
    },
}

#[derive(Debug, Args)]
struct SetArguments {
    /// The partner
    #[arg(long)]
    partner: String,
    /// The provider's URL, exactly as it calls itself
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// What the provider calls us
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// File of the client secret, - for standard input; the stored one stays without it
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Our URL to which the provider sends people back: https://HOST/sign-in/callback
    #[arg(long, value_name = "URL")]
    redirect_url: String,
    /// A domain of e-mail addresses that counts; may be given again [default: every one]
    #[arg(long = "email-domain", value_name = "DOMAIN")]
    email_domains: Vec<String>,
    /// Role of those who come for the first time; without, people are made before, with their e-mail address as login
    #[arg(long, value_name = "ROLE")]
    new_people: Option<Role>,
}

pub(crate) async fn run(config: Config, arguments: ProviderArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let administration = home.control.administration_by_owner(clock::now());
    match arguments.action {
        ProviderAction::Set(arguments) => {
            let provider = IdentityProvider {
                client_secret: arguments.client_secret_file.as_deref().map(read_secret).transpose()?,
                partner_id: arguments.partner,
                issuer: arguments.issuer,
                client_id: arguments.client_id,
                redirect_url: arguments.redirect_url,
                email_domains: arguments.email_domains.into_iter().collect(),
                first_sign_in: arguments.new_people.map_or(FirstSignIn::KnownPeople, FirstSignIn::NewPeople),
            };
            administration.put_identity_provider(&provider).await?;
            output::line(format!("the people of {} sign in at {}", provider.partner_id, provider.issuer))
        }
        ProviderAction::Show { format } => {
            let row = |provider: IdentityProvider| {
                let new_people = match provider.first_sign_in {
                    FirstSignIn::KnownPeople => None,
                    FirstSignIn::NewPeople(role) => Some(role.to_string()),
                };
                let secret = if provider.client_secret.is_some() { "stored" } else { "none" };
                let domains = provider.email_domains.into_iter().collect::<Vec<_>>().join(" ");
                [
                    Some(provider.partner_id),
                    Some(provider.issuer),
                    Some(provider.client_id),
                    Some(secret.to_owned()),
                    Some(provider.redirect_url),
                    Some(domains),
                    new_people,
                ]
            };
            let rows = administration.identity_providers().await?.into_iter().map(row).collect();
            let columns = ["partner", "issuer", "client_id", "client_secret", "redirect_url", "email_domains", "new_people"];
            listing::print(columns, rows, format)
        }
        ProviderAction::Remove { partner } => {
            if !administration.remove_identity_provider(&partner).await? {
                bail!("`{partner}` has no identity provider");
            }
            output::line(format!("the people of {partner} do not sign in there any more"))
        }
    }
}

/// The one line of a file, or of standard input for `-`.
fn read_secret(file: &Path) -> Result<String> {
    /// More than any secret: a wrong file is not read to its end.
    const MOST_BYTES: u64 = 4096;
    let context = || format!("cannot read the client secret from {}", file.display());
    let input: Box<dyn Read> = match file == Path::new("-") {
        true => Box::new(std::io::stdin()),
        false => Box::new(std::fs::File::open(file).with_context(context)?),
    };
    let mut text = String::new();
    input.take(MOST_BYTES).read_to_string(&mut text).with_context(context)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
