//! The automatic part of an accessibility audit.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use super::{Chromium, Motion, Theme};

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");

/// WCAG 2.2 up to level AA, and further advice of axe's authors. One element per broken rule is reported.
const RUN: &str = "
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']}).then(({passes, violations}) => ({
        passes: passes.length,
        violations: violations.flatMap(({id, help, nodes}) =>
            nodes.map(({target, html, failureSummary}) => ({id, help, target, html, why: failureSummary}))),
    }))";

#[derive(Deserialize)]
struct Audit {
    passes: usize,
    violations: Vec<Violation>,
}

/// An element that breaks a rule.
#[derive(Debug, Deserialize)]
pub(crate) struct Violation {
    /// The rule.
    pub(crate) id: String,
    help: String,
    target: Value,
    html: String,
    why: String,
}

impl Chromium {
    /// The violations that axe finds in the current page. Scripts must be on.
    pub(crate) async fn violations(&self) -> Vec<Violation> {
        if self.run("return typeof axe", &[]).await != "object" {
            self.run(AXE, &[]).await;
        }
        let audit = self.run(RUN, &[]).await;
        let audit: Audit = serde_json::from_value(audit).expect("the script's answer");
        assert!(audit.passes > 0, "axe did not judge anything");
        audit.violations
    }

    /// Fails if axe finds a violation in light or dark colours at one of the widths, in CSS pixels.
    pub(crate) async fn assert_accessible(&self, page: &str, widths: &[u32]) {
        for theme in [Theme::Light, Theme::Dark] {
            // During a colour transition, the contrast is not that of the design.
            self.prefer(theme, Motion::Reduced).await;
            for width in widths {
                self.resize(*width).await;
                self.has_no_violations(&format!("{page}, {theme:?}, {width} pixels wide")).await;
            }
        }
    }

    async fn has_no_violations(&self, page: &str) {
        let violations = self.violations().await;
        let mut text = String::new();
        for Violation { id, help, target, html, why } in &violations {
            write!(text, "\n\n{id}: {help}\n{target}\n{html}\n{why}").expect("memory");
        }
        assert!(violations.is_empty(), "{page}:{text}");
    }
}
