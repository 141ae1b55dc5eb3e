//! The look that a partner gives to its pages: name, accents, logo. Does not know the pages.

use sqlx::FromRow;

use crate::logo::check_logo;
use crate::slug::check_name;
use crate::{Control, ControlError, Result};

/// How a partner's pages look.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Brand {
    /// The partner whose brand it is.
    pub partner_id: String,
    /// What the pages call themselves.
    pub name: String,
    /// Accent on light ground, `#rrggbb`.
    pub accent: String,
    /// Accent on dark ground, `#rrggbb`.
    pub accent_dark: String,
    /// An SVG drawing; without one the name stands alone.
    pub logo: Option<String>,
}

impl Control {
    /// Stores a partner's brand, or its new look.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a colour or logo of the wrong form, [`ControlError::Conflict`] for an unknown partner.
    pub async fn ensure_brand(&self, brand: &Brand) -> Result<()> {
        check_name("brand name", &brand.name)?;
        check_colour(&brand.accent)?;
        check_colour(&brand.accent_dark)?;
        brand.logo.as_deref().map_or(Ok(()), check_logo)?;
        let sql = "
            INSERT INTO brands (partner_id, name, accent, accent_dark, logo)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (partner_id) DO UPDATE SET
                name = excluded.name,
                accent = excluded.accent,
                accent_dark = excluded.accent_dark,
                logo = excluded.logo";
        let query = sqlx::query(sql).bind(&brand.partner_id).bind(&brand.name).bind(&brand.accent);
        let query = query.bind(&brand.accent_dark).bind(&brand.logo);
        let context = format!("storing the brand of partner `{}`", brand.partner_id);
        query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(())
    }

    /// The brand of a partner.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn brand(&self, partner_id: &str) -> Result<Brand> {
        let sql = "SELECT partner_id, name, accent, accent_dark, logo FROM brands WHERE partner_id = $1";
        let query = sqlx::query_as(sql).bind(partner_id);
        let found: Option<Brand> = query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a brand"))?;
        found.ok_or_else(|| ControlError::not_found("brand", partner_id))
    }
}

fn check_colour(colour: &str) -> Result<()> {
    let digits = colour.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(ControlError::invalid("colour", colour, "must be written #rrggbb"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fresh_stores;
    use crate::{Kind, Partner};

    fn brand() -> Brand {
        Brand {
            partner_id: "north".into(),
            name: "Northern Lights".into(),
            accent: "#0b6e5f".into(),
            accent_dark: "#5CC9B5".into(),
            logo: Some("<svg viewBox='0 0 1 1'><path d='M0 0'/></svg>".into()),
        }
    }

    #[tokio::test]
    async fn is_stored_and_replaced() {
        for control in fresh_stores().await {
            control.ensure_partner(&Partner { id: "north".into(), name: "North".into() }).await.unwrap();
            assert_eq!(control.brand("north").await.unwrap_err().kind(), Kind::NotFound);
            control.ensure_brand(&brand()).await.unwrap();
            assert_eq!(control.brand("north").await.unwrap(), brand());
            let plain = Brand { logo: None, accent: "#000000".into(), ..brand() };
            control.ensure_brand(&plain).await.unwrap();
            assert_eq!(control.brand("north").await.unwrap(), plain);
        }
    }

    #[tokio::test]
    async fn refuses_bad_colours_logos_and_partners() {
        for control in fresh_stores().await {
            for accent in ["", "red", "#12345", "#12345g", "0b6e5f1", "#0b6e5f;}"] {
                let error = control.ensure_brand(&Brand { accent: accent.into(), ..brand() }).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Invalid, "{accent}");
            }
            let error =
                control.ensure_brand(&Brand { logo: Some("<svg onload=x()></svg>".into()), ..brand() }).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid);
            let error = control.ensure_brand(&brand()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict, "{error}");
        }
    }
}
