//! `quarterdeck token create`: a token to sign in with, shown once.

use anyhow::{Result, anyhow};
use quarterdeck_control::{Control, Role, TokenRequest, TokenScope};

use crate::cli::{TokenAction, TokenArguments};
use crate::clock;
use crate::config::Config;
use crate::home::Home;

pub(crate) async fn run(config: Config, arguments: TokenArguments) -> Result<()> {
    let TokenAction::Create { tenant, role, name, personal } = arguments.action;
    let home = Home::open(&config).await?;
    let role = role.parse::<Role>()?;
    let scope = scope(&home.control, tenant).await?;
    let issued =
        home.control.create_token(&TokenRequest { pii: personal, ..TokenRequest::new(name, role, scope) }, clock::now()).await?;
    println!("{}", issued.token);
    Ok(())
}

/// One tenant under the partner that it is granted to; without a tenant, all of the only partner's.
async fn scope(control: &Control, tenant: Option<String>) -> Result<TokenScope> {
    let partners = control.partners().await?;
    let Some(tenant_id) = tenant else {
        return match partners.as_slice() {
            [only] => Ok(TokenScope::Partner { partner_id: only.id.clone() }),
            _ => Err(anyhow!("there are {} partners: name a tenant", partners.len())),
        };
    };
    for partner in partners {
        if control.grants(&partner.id).await?.iter().any(|grant| grant.tenant_id == tenant_id) {
            return Ok(TokenScope::Tenant { partner_id: partner.id, tenant_id });
        }
    }
    Err(anyhow!("no tenant named `{tenant_id}`"))
}
