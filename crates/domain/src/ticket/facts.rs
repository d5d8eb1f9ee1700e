//! The five facts that are asked once (S1-14 … S1-18).

use serde::{Deserialize, Serialize};

/// Symptom, when and how often, operating system, software version, error code. All optional, all text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// What is seen, for example "the save button does not react".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub symptom: String,
    /// When it happens and how often.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub occurrence: String,
    /// Operating system and its version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub system: String,
    /// Version of the software.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The complete error code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error_code: String,
}

impl Facts {
    /// The longest fact that is kept, in characters.
    pub const MAX_CHARS: usize = 2_000;

    /// The facts with their names, in the order in which they are asked.
    pub fn named(&self) -> [(&'static str, &str); 5] {
        [
            ("symptom", &self.symptom),
            ("occurrence", &self.occurrence),
            ("system", &self.system),
            ("version", &self.version),
            ("error_code", &self.error_code),
        ]
    }

    /// The names of the facts that nobody has given yet.
    pub fn missing(&self) -> Vec<&'static str> {
        self.named().into_iter().filter(|(_, text)| text.trim().is_empty()).map(|(name, _)| name).collect()
    }
}
