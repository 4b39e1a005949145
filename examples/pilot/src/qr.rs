//! Codes to scan: as a picture for pages, as blocks for a terminal.

use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone on each side, in modules.
const QUIET: i32 = 4;

fn encoded(text: &str) -> Option<QrCode> {
    QrCode::encode_text(text, QrCodeEcc::Medium).ok()
}

/// A code as SVG; nothing for a text that is too long for one.
pub fn svg(text: &str) -> String {
    let Some(code) = encoded(text) else { return String::new() };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in 0..size {
            if code.get_module(x, y) {
                path.push_str(&format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
    }
    let full = size + 2 * QUIET;
    format!(
        r#"<svg class="qr" viewBox="0 0 {full} {full}" role="img" aria-label="QR"><path d="{path}"/></svg>"#
    )
}

/// A code as half blocks, light on dark as terminals are; nothing for a text that is too long for one.
pub fn blocks(text: &str) -> String {
    let Some(code) = encoded(text) else { return String::new() };
    let is_light = |x: i32, y: i32| !code.get_module(x, y);
    let mut lines = String::new();
    for y in (-QUIET..code.size() + QUIET).step_by(2) {
        for x in -QUIET..code.size() + QUIET {
            lines.push(match (is_light(x, y), is_light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        lines.push('\n');
    }
    lines
}
