//! `quarterdeck token`: tokens to sign in with, shown once, listed and ended.

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use quarterdeck_control::{Control, Role, Token, TokenRequest, TokenScope};

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::domains::{PartArguments, shown, yes_or_no};
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    #[command(subcommand)]
    action: TokenAction,
}

#[derive(Debug, Subcommand)]
enum TokenAction {
    /// Print a new token
    Create {
        /// The tenant that it may see; all of the partner's without it
        #[arg(long)]
        tenant: Option<String>,
        /// The partner whose it is [default: the first that the tenant is granted to, or the only one]
        #[arg(long)]
        partner: Option<String>,
        /// executive, analyst, operator, partner or administrator
        #[arg(long, default_value = "analyst")]
        role: Role,
        /// Whom or what it is for; the user name at the SQL door
        #[arg(long)]
        name: String,
        #[command(flatten)]
        part: PartArguments,
        /// When it ends (2026-01-31T12:00:00Z) [default: never]
        #[arg(long, value_name = "INSTANT")]
        expires: Option<DateTime<Utc>>,
    },
    /// List tokens, without their secrets
    List {
        /// How to print them
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
    /// End a token for good
    Revoke {
        /// Its id: the part after qd_; `quarterdeck token list` shows it
        token: String,
    },
}

pub(crate) async fn run(config: Config, arguments: TokenArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let administration = home.control.administration_by_owner(clock::now());
    match arguments.action {
        TokenAction::Create { tenant, partner, role, name, part, expires } => {
            let scope = scope(&home.control, tenant, partner).await?;
            let request = TokenRequest {
                domains: part.domains(),
                pii: part.personal,
                expires_at: expires,
                ..TokenRequest::new(name, role, scope)
            };
            output::line(administration.create_token(&request).await?.token)
        }
        TokenAction::List { format } => {
            let rows = administration.tokens().await?.into_iter().map(row).collect();
            let columns =
                ["id", "name", "role", "partner", "tenant", "domains", "personal", "expires_at", "last_used_at", "revoked_at"];
            listing::print(columns, rows, format)
        }
        TokenAction::Revoke { token } => {
            if !administration.revoke_token(&token).await? {
                bail!("`{token}` is revoked already");
            }
            output::line(format!("revoked: {token} opens nothing any more"))
        }
    }
}

fn row(token: Token) -> [Option<String>; 10] {
    [
        Some(token.id),
        Some(token.name),
        Some(token.role.to_string()),
        Some(token.scope.partner_id().to_owned()),
        token.scope.tenant_id().map(str::to_owned),
        Some(shown(&token.domains)),
        yes_or_no(token.pii),
        token.expires_at.map(listing::instant),
        token.last_used_at.map(listing::instant),
        token.revoked_at.map(listing::instant),
    ]
}

/// One tenant under the partner that it is granted to; without a tenant, all of the partner's, who need not be named if there is but one.
async fn scope(control: &Control, tenant: Option<String>, partner: Option<String>) -> Result<TokenScope> {
    let mut partners = control.partners().await?;
    let count = partners.len();
    partners.retain(|one| partner.as_ref().is_none_or(|named| *named == one.id));
    if let (Some(named), []) = (&partner, partners.as_slice()) {
        bail!("no partner named `{named}`");
    }
    let Some(tenant_id) = tenant else {
        return match partners.as_slice() {
            [only] => Ok(TokenScope::Partner { partner_id: only.id.clone() }),
            _ => Err(anyhow!("there are {count} partners: name a tenant, or one of them with --partner")),
        };
    };
    for partner in partners {
        if control.grants(&partner.id).await?.iter().any(|grant| grant.tenant_id == tenant_id) {
            return Ok(TokenScope::Tenant { partner_id: partner.id, tenant_id });
        }
    }
    Err(anyhow!("no tenant named `{tenant_id}`"))
}
