use anyhow::Context;
use visit::Template;

/// The template with this identifier, or the default one.
pub(crate) fn find(id: Option<&str>) -> anyhow::Result<Template> {
    let id = id.unwrap_or(visit::template::DEFAULT);
    let known = visit::template::built_in()?;
    let names: Vec<String> = known.iter().map(|template| template.id.clone()).collect();
    known
        .into_iter()
        .find(|template| template.id == id)
        .with_context(|| format!("there is no template {id:?}; known: {}", names.join(", ")))
}
