//! `quarterdeck source`: who may send live records for a tenant, by a path that is shown once, and the secrets that they sign with.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use chrono::{DateTime, SecondsFormat, Utc};
use quarterdeck_control::{Control, IssuedRegistration, KeptSecret, Registration, RegistrationRequest, SigningSecret};
use serde_json::json;

use crate::cli::{OutputFormat, SecretAction, SourceAction, SourceAddArguments, SourceArguments};
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::output;

/// Name and purpose of each source.
type Known = fn() -> Vec<(&'static str, &'static str)>;

pub(crate) async fn run(config: Config, arguments: SourceArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    match arguments.action {
        SourceAction::Add(arguments) => add(&home, arguments, known).await,
        SourceAction::List { tenant, format } => list(&home, tenant, format).await,
        SourceAction::Secret { action: SecretAction::Add { registration, secret_file } } => {
            add_secret(&home.control, &registration, &secret_file).await
        }
        SourceAction::Secret { action: SecretAction::Retire { secret } } => retire_secret(&home.control, &secret).await,
        SourceAction::Revoke { registration } => revoke(&home.control, &registration).await,
    }
}

fn known() -> Vec<(&'static str, &'static str)> {
    quarterdeck_ingest::sources::all().into_iter().map(|source| (source.name(), source.about())).collect()
}

async fn add(home: &Home, arguments: SourceAddArguments, known: Known) -> Result<()> {
    check_source(&arguments.source, &known())?;
    let tenant = home.tenant(&arguments.tenant).await?;
    let zone = match &arguments.zone {
        Some(zone) => zone.parse().map_err(|_| anyhow!("`{zone}` is no time zone: write one such as Europe/London"))?,
        None => tenant.zone,
    };
    let secret = arguments.secret_file.as_deref().map(read_secret).transpose()?;
    let request = RegistrationRequest {
        tenant_id: tenant.id,
        instance: arguments.instance.unwrap_or_else(|| arguments.source.clone()),
        source: arguments.source,
        zone,
        currency: arguments.currency,
        require_signature: arguments.require_signature || secret.is_some(),
        secret,
    };
    let issued = home.control.create_registration(&request, clock::now()).await?;
    match arguments.format {
        OutputFormat::Json => output::line(issued_json(&request, &issued)),
        OutputFormat::Table | OutputFormat::Csv => {
            output::line(path(&request, &issued))?;
            eprintln!("registration {}: its path is not shown again", issued.id);
            if request.require_signature && request.secret.is_none() {
                eprintln!("nothing is taken by it until `quarterdeck source secret add {}` gave it a secret", issued.id);
            }
            Ok(())
        }
    }
}

fn check_source(name: &str, known: &[(&str, &str)]) -> Result<()> {
    if known.iter().any(|(known, _)| *known == name) {
        return Ok(());
    }
    let list = known.iter().map(|(name, about)| format!("\n  {name:<16} {about}")).collect::<String>();
    bail!("no source named `{name}`; there are:{list}")
}

/// What the door's path is to a sender, without the host.
fn path(request: &RegistrationRequest, issued: &IssuedRegistration) -> String {
    format!("/ingest/{}/{}", request.source, issued.key)
}

fn issued_json(request: &RegistrationRequest, issued: &IssuedRegistration) -> serde_json::Value {
    json!({
        "registration": issued.id,
        "tenant": request.tenant_id,
        "source": request.source,
        "instance": request.instance,
        "zone": request.zone.name(),
        "currency": request.currency,
        "require_signature": request.require_signature,
        "secret": issued.secret_id,
        "path": path(request, issued),
        "key": issued.key,
    })
}

/// The secret that a file, or standard input for `-`, holds on its one line.
fn read_secret(file: &Path) -> Result<SigningSecret> {
    /// More than any secret: a wrong file is not read to its end.
    const MOST_BYTES: u64 = 4096;
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let context = || format!("cannot read the secret from {name}");
    let input: Box<dyn Read> = match file == Path::new("-") {
        true => Box::new(std::io::stdin()),
        false => Box::new(std::fs::File::open(file).with_context(context)?),
    };
    let mut text = String::new();
    input.take(MOST_BYTES).read_to_string(&mut text).with_context(context)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    SigningSecret::new(line.strip_suffix('\r').unwrap_or(line)).with_context(context)
}

async fn list(home: &Home, tenant: Option<String>, format: OutputFormat) -> Result<()> {
    let tenants = match tenant {
        Some(id) => vec![home.tenant(&id).await?],
        None => home.control.tenants().await?,
    };
    let mut listed = Vec::new();
    for tenant in tenants {
        for registration in home.control.registrations(&tenant.id).await? {
            let secrets = home.control.secrets(&registration.id).await?;
            listed.push((registration, secrets));
        }
    }
    output::rows(&[rows(&listed)?], false, format)
}

fn rows(listed: &[(Registration, Vec<KeptSecret>)]) -> Result<RecordBatch> {
    let text = |of: fn(&Registration) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(listed.iter().map(|(registration, _)| of(registration))))
    };
    let currencies = listed.iter().map(|(registration, _)| registration.currency.as_deref());
    let requires = listed.iter().map(|(registration, _)| Some(registration.require_signature));
    let secrets = listed.iter().map(|(_, secrets)| live_ids(secrets));
    let created = listed.iter().map(|(registration, _)| instant_text(registration.created_at));
    let revoked = listed.iter().map(|(registration, _)| registration.revoked_at.map(instant_text));
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("tenant", text(|registration| &registration.tenant_id), false),
        ("source", text(|registration| &registration.source), false),
        ("registration", text(|registration| &registration.id), false),
        ("instance", text(|registration| &registration.instance), false),
        ("zone", text(|registration| registration.zone.name()), false),
        ("currency", Arc::new(currencies.collect::<StringArray>()), true),
        ("require_signature", Arc::new(requires.collect::<BooleanArray>()), false),
        ("live_secrets", Arc::new(StringArray::from_iter_values(secrets)), false),
        ("created_at", Arc::new(StringArray::from_iter_values(created)), false),
        ("revoked_at", Arc::new(revoked.collect::<StringArray>()), true),
    ])?)
}

/// Ids of the secrets that are live, oldest first.
fn live_ids(secrets: &[KeptSecret]) -> String {
    let live = secrets.iter().filter(|secret| secret.retired_at.is_none());
    live.map(|secret| secret.id.as_str()).collect::<Vec<_>>().join(" ")
}

fn instant_text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn add_secret(control: &Control, registration: &str, file: &Path) -> Result<()> {
    let secret = read_secret(file)?;
    let id = control.add_secret(registration, &secret, clock::now()).await?;
    output::line(id)
}

async fn retire_secret(control: &Control, id: &str) -> Result<()> {
    let Some(registration) = control.retire_secret(id, clock::now()).await? else {
        bail!("no live secret named `{id}`: `quarterdeck source list` shows those there are");
    };
    let left = control.secrets(&registration).await?.iter().filter(|secret| secret.retired_at.is_none()).count();
    output::line(format!("retired; registration {registration} has {left} live secrets"))?;
    if left == 0 {
        eprintln!("nothing is taken by it until `quarterdeck source secret add {registration}` gave it another");
    }
    Ok(())
}

async fn revoke(control: &Control, id: &str) -> Result<()> {
    if !control.revoke_registration(id, clock::now()).await? {
        bail!("no live registration named `{id}`: `quarterdeck source list` shows those there are");
    }
    output::line(format!("revoked: within seconds nothing more is taken by registration {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [(&str, &str); 2] = [("cloudevents", "Events of any system."), ("shopify", "Webhooks of shops.")];

    #[test]
    fn an_unknown_source_is_refused_with_those_there_are() {
        check_source("shopify", &KNOWN).unwrap();
        let error = check_source("shopfy", &KNOWN).unwrap_err().to_string();
        assert!(error.starts_with("no source named `shopfy`; there are:\n"), "{error}");
        assert!(error.contains("\n  cloudevents      Events of any system.\n  shopify "), "{error}");
    }

    #[test]
    fn a_secret_is_the_one_line_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for text in ["hush", "hush\n", "hush\r\n"] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(read_secret(&file).unwrap().as_bytes(), b"hush");
        }
        let long = "hush".repeat(2000);
        for wrong in [&b""[..], b"\n", b"hush\n\n", b"hush\nhush\n", b"hush\xff", long.as_bytes()] {
            std::fs::write(&file, wrong).unwrap();
            let error = format!("{:#}", read_secret(&file).unwrap_err());
            assert!(error.contains(&*file.to_string_lossy()) && !error.contains("hush"), "{error}");
        }
        assert!(read_secret(&folder.path().join("missing")).is_err());
    }
}
