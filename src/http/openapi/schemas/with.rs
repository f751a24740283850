//! Adds shapes to the description.

use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;

/// Adds a shape, and those that it is made of.
pub(super) fn with<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schemas_from_iter(parts).schema_from::<T>()
}
