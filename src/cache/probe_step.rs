//! One step of a cache test, as it is reported.

use super::Refusal;

/// One step of a cache test.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ProbeStep {
    /// The level that was tested.
    pub level: &'static str,
    /// The operation.
    pub step: &'static str,
    /// Whether it worked.
    pub success: bool,
    /// How long it took, in microseconds.
    #[schema(value_type = u64)]
    pub micros: u128,
    /// The refusal by Redis, if that is why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refused: Option<Refusal>,
}
