//! Errors as gRPC tells them: a status code by the class of the SQLSTATE; the SQLSTATE, the hint and the place in the message and as metadata.
//! Knows no statement.

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};

use crate::sqlstate::{SqlError, code};

/// `error` as a status.
pub(super) fn status(error: SqlError) -> Status {
    let SqlError { code, message, hint, position } = error;
    let mut metadata = MetadataMap::new();
    let mut tell = |name: &'static str, value: String| {
        if value.is_ascii()
            && let Ok(value) = MetadataValue::try_from(value)
        {
            metadata.insert(name, value);
        }
    };
    let mut text = format!("{message} (SQLSTATE {code})");
    tell("sqlstate", code.to_owned());
    if let Some(hint) = hint {
        text = format!("{text}\nHINT: {hint}");
        tell("hint", hint);
    }
    if let Some(position) = position {
        text = format!("{text}\nPOSITION: {position}");
        tell("position", position.to_string());
    }
    Status::with_metadata(kind(code), text, metadata)
}

fn kind(sqlstate: &str) -> Code {
    match sqlstate {
        code::NOT_AUTHENTIC | "28000" => Code::Unauthenticated,
        code::MAY_NOT | code::READ_ONLY => Code::PermissionDenied,
        code::NO_TABLE | code::NO_STATEMENT | "3D000" => Code::NotFound,
        code::NOT_SUPPORTED => Code::Unimplemented,
        code::CANCELLED => Code::Cancelled,
        code::UNAVAILABLE => Code::Unavailable,
        code::INTERNAL => Code::Internal,
        other if other.starts_with("53") || other.starts_with("54") => Code::ResourceExhausted,
        _ => Code::InvalidArgument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_names_sqlstate_hint_and_place() {
        let error = SqlError { position: Some(8), ..SqlError::new(code::NO_COLUMN, "no column x").with_hint("try y") };
        let status = status(error);
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "no column x (SQLSTATE 42703)\nHINT: try y\nPOSITION: 8");
        assert_eq!(status.metadata().get("sqlstate").unwrap(), "42703");
    }
}
