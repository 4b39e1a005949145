//! A real browser without script, and what every page must look like in it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::support::Running;

/// chromedriver on a free port.
pub(crate) struct Driver {
    _program: Running,
    /// What the browser leaves behind goes with it, after the program.
    _folder: TempDir,
    url: String,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: './check' installs it, or 'apt-get install chromium chromium-driver'");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| {
                let line = line.unwrap();
                line.split("successfully on port ").nth(1).map(|port| port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver says its port");
        // Whoever reads no more may stop the writer.
        std::thread::spawn(move || lines.for_each(drop));
        Self { _program: Running(child), _folder: folder, url: format!("http://127.0.0.1:{port}") }
    }
}

/// One person at one screen.
pub(crate) struct Screen {
    client: Client,
    site: String,
    width: u64,
    shots: Option<PathBuf>,
    seen: BTreeSet<String>,
    pub(crate) pages: usize,
}

/// Said to the browser itself, outside the WebDriver standard: the name of a DevTools command and its parameters.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }
    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

impl Screen {
    /// A phone or a desktop by its width; no page may run script.
    pub(crate) async fn open(driver: &Driver, site: &str, width: u64, shots: Option<PathBuf>) -> Self {
        let phone = width < 600;
        let height = if phone { 740 } else { 768 };
        let metrics = json!({
            "width": width, "height": height, "pixelRatio": if phone { 2 } else { 1 }, "mobile": phone, "touch": phone
        });
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                format!("--window-size={},{height}", width.max(500)),
            ],
            "mobileEmulation": { "deviceMetrics": metrics },
        });
        let wanted = serde_json::Map::from_iter([("goog:chromeOptions".to_owned(), options)]);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(&driver.url).await.expect("the browser starts");
        let no_script = DevTools("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        client.issue_cmd(no_script).await.unwrap();
        Self { client, site: format!("http://{site}"), width, shots, seen: BTreeSet::new(), pages: 0 }
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// Types an address.
    pub(crate) async fn visit(&mut self, path: &str) {
        self.client.goto(&format!("{}{path}", self.site)).await.unwrap();
        self.judge().await;
    }

    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    async fn tell(&self, command: &'static str, parameters: Value) -> Value {
        let told = self.client.issue_cmd(DevTools(command, parameters)).await;
        told.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// The value of an expression about the page. DevTools may evaluate where pages may not; the driver's own `execute` waits for a
    /// promise, which is never kept where script is off.
    async fn ask(&self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let mut answer = self.tell("Runtime.evaluate", asked).await;
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    pub(crate) async fn count(&self, css: &str) -> u64 {
        self.ask(&format!("document.querySelectorAll({}).length", json!(css))).await.as_u64().unwrap()
    }

    pub(crate) async fn has(&self, css: &str) -> bool {
        self.count(css).await > 0
    }

    /// The words of the first such element; nothing if there is none.
    pub(crate) async fn text(&self, css: &str) -> String {
        let text = self.ask(&format!("document.querySelector({})?.innerText ?? ''", json!(css))).await;
        text.as_str().unwrap().to_owned()
    }

    /// The words of every such element.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        let all = format!("[...document.querySelectorAll({})].map(e => e.innerText)", json!(css));
        serde_json::from_value(self.ask(&all).await).unwrap()
    }

    pub(crate) async fn id(&self, css: &str) -> String {
        let id = self.ask(&format!("document.querySelector({})?.id ?? ''", json!(css))).await;
        id.as_str().unwrap().to_owned()
    }

    /// Presses where the first such element is seen.
    pub(crate) async fn press(&self, css: &str) {
        self.press_nth(css, 0).await;
    }

    pub(crate) async fn press_nth(&self, css: &str, nth: usize) {
        let place = format!(
            "(e => {{ if (!e) return null; e.scrollIntoView({{ block: 'center' }}); const r = e.getClientRects()[0];
             return r ? [r.x + r.width / 2, r.y + r.height / 2] : null }})(document.querySelectorAll({})[{nth}])",
            json!(css)
        );
        let place = self.ask(&place).await;
        let (Some(x), Some(y)) = (place[0].as_f64(), place[1].as_f64()) else {
            panic!("no {css} to press on {}: {}", self.path().await, self.text("main").await)
        };
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.tell("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Presses what leads to another page, and waits for that page.
    pub(crate) async fn tap(&mut self, css: &str) {
        self.ask("window.left = false").await;
        self.press(css).await;
        let since = Instant::now();
        let arrived =
            json!({ "expression": "window.left === undefined && document.readyState === 'complete'" });
        loop {
            // While one page goes and the next comes, there may be nobody to answer.
            let answer = self.client.issue_cmd(DevTools("Runtime.evaluate", arrived.clone())).await;
            if answer.is_ok_and(|answer| answer["result"]["value"] == true) {
                break;
            }
            assert!(since.elapsed() < PATIENCE, "{css} led nowhere on {}", self.path().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.judge().await;
    }

    /// Types `text` in place of what is in the first such control.
    pub(crate) async fn write(&self, css: &str, text: &str) {
        self.press(css).await;
        self.ask("document.activeElement.select()").await;
        self.tell("Input.insertText", json!({ "text": text })).await;
    }

    /// Puts answers into the controls of this page: each name with one value, or several for check boxes.
    pub(crate) async fn fill(&self, answers: &[(String, String)]) {
        let controls = self.ask(CONTROLS).await;
        for control in controls.as_array().unwrap() {
            let part = |name: &str| control[name].as_str().unwrap();
            let (name, kind) = (part("name"), part("kind"));
            let css = format!("main [name={}]", json!(name));
            let mut values = answers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
            if matches!(kind, "radio" | "checkbox") {
                if control["chosen"] == false && values.any(|wanted| wanted == part("value")) {
                    self.press(&format!("{css}[value={}]", json!(part("value")))).await;
                }
                continue;
            }
            let Some(value) = values.next().filter(|value| *value != part("value")) else { continue };
            match kind {
                "hidden" => {}
                // The list of a select is drawn outside the page.
                "select-one" => {
                    self.ask(&format!("document.querySelector({}).value = {}", json!(css), json!(value)))
                        .await;
                }
                "file" => {
                    let document = self.tell("DOM.getDocument", json!({})).await;
                    let search = json!({ "nodeId": document["root"]["nodeId"], "selector": css });
                    let input = self.tell("DOM.querySelector", search).await;
                    let chosen = json!({ "nodeId": input["nodeId"], "files": [value] });
                    self.tell("DOM.setFileInputFiles", chosen).await;
                }
                _ => self.write(&css, value).await,
            }
        }
    }

    /// Every page that is seen must hold what `JUDGE` asks; once for each state of a page.
    async fn judge(&mut self) {
        self.pages += 1;
        let width = self.width;
        let found = self.ask(&format!("JSON.stringify((function () {{{JUDGE}}})({width}))")).await;
        let found: Vec<String> = serde_json::from_str(found.as_str().unwrap()).unwrap();
        assert!(found.is_empty(), "{} at {width} px: {found:#?}", self.path().await);
    }

    /// Keeps a picture of the whole page, once for each name.
    pub(crate) async fn picture(&mut self, name: &str) {
        let Some(folder) = self.shots.clone() else { return };
        if !self.seen.insert(name.to_owned()) {
            return;
        }
        let taken = self.tell("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let bytes = BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

/// A page that takes longer is taken for broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// The controls of a page, in its order.
const CONTROLS: &str = "[...document.querySelectorAll('main [name]')].map(e => \
    ({ name: e.name, kind: e.type, value: e.value, chosen: e.checked === true }))";

/// What is wrong with the look of a page: sideways scrolling, clipped or cramped Khmer, small letters and small controls, more or less
/// than one heading, controls without a label, a script that ran.
const JUDGE: &str = r#"
const width = arguments[0], wrong = [];
const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' "' + (e.textContent || e.name || '').trim().slice(0, 30) + '"';
const page = document.documentElement;
if (document.querySelector('[data-sign]:not([hidden])')) wrong.push('script ran');
if (innerWidth !== width) wrong.push('the window is ' + innerWidth + ' wide');
if (page.scrollWidth > innerWidth) wrong.push('the page scrolls sideways: ' + page.scrollWidth);
if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
if (!document.title.trim() || !page.lang) wrong.push('no title or no language');
for (const e of document.body.querySelectorAll('*')) {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  if (!box.width || !box.height || style.visibility === 'hidden') continue;
  if (box.right > innerWidth + 1 || box.left < -1) wrong.push('sticks out: ' + name(e) + ' to ' + box.right);
  const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('');
  if (own.trim()) {
    const size = parseFloat(style.fontSize), line = parseFloat(style.lineHeight);
    if (size < 16) wrong.push('small letters: ' + name(e));
    if (/[\u1780-\u17ff]/.test(own) && !(line / size >= 1.55)) wrong.push('lines too close: ' + name(e) + ' ' + line / size);
    if (style.overflowY !== 'visible' && e.tagName !== 'TEXTAREA' && e.scrollHeight > e.clientHeight + 1) wrong.push('clipped: ' + name(e));
  }
  if (e.matches('button, .button, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea, label.choice') && box.height < 44)
    wrong.push('small control: ' + name(e) + ' ' + box.height);
  if (e.matches('input:not([type=hidden]), select, textarea') && !(e.labels && e.labels.length) && !e.getAttribute('aria-label'))
    wrong.push('no label: ' + name(e) + ' ' + e.name);
}
for (const e of document.querySelectorAll('[id]')) if (document.querySelectorAll('#' + CSS.escape(e.id)).length > 1) wrong.push('twice the id ' + e.id);
return [...new Set(wrong)];
"#;
