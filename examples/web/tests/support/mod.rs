//! A server of its own for a test, and a browser without a screen: just enough HTTP to fill in forms.
#![allow(clippy::unwrap_used, dead_code, reason = "a test may panic, and each uses what it needs")]

pub(crate) mod sample;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use oneservice_sqlx::testing::PostgresServer;

/// A program that ends with its owner.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The store of `data` on `engine`. On PostgreSQL each folder has a schema of its own, on one server for the whole test program.
fn store_url(data: &Path, engine: &str) -> String {
    static POSTGRES: LazyLock<PostgresServer> = LazyLock::new(|| PostgresServer::start(&[]).unwrap());
    if engine == "postgres" {
        let name = data.file_name().unwrap().to_str().unwrap();
        let name: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        return format!("{}&schema=of_{name}", POSTGRES.url());
    }
    format!("{engine}:{}", data.join("office.store").display())
}

/// The real program, on a free port.
pub(crate) struct Server {
    program: Running,
    pub(crate) address: String,
}

impl Server {
    /// The office of Battambang on `engine`, with demonstration logins. It is open every day: sites are inspected on the day of the test.
    pub(crate) fn start(data: &Path, engine: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let catalog = data.join("catalog");
        oneservice_pilot::fake::open_every_day(&root.join("examples/catalog/battambang"), &catalog).unwrap();
        let loaded = oneservice_core::catalog::Catalog::load(&catalog).unwrap();
        let officers = oneservice_pilot::demo::officers(&loaded);
        oneservice_pilot::demo::add_staff(loaded.office(), &officers, &data.join("staff.toml")).unwrap();
        Self::start_with(data, engine, &catalog)
    }

    /// The same, with a catalogue of the test's own.
    pub(crate) fn start_with(data: &Path, engine: &str, catalog: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_oneservice-web"))
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--store")
            .arg(store_url(data, engine))
            .arg("--catalog")
            .arg(catalog)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        Self { program: Running(child), address }
    }

    /// Ends it with SIGKILL: it gets no chance to finish anything.
    pub(crate) fn kill_now(&self) {
        let id = self.program.0.id().to_string();
        assert!(Command::new("kill").args(["-9", &id]).status().unwrap().success());
    }
}

/// Somebody with a phone: follows redirects, keeps cookies.
pub(crate) struct Visitor {
    address: String,
    pub(crate) cookies: std::collections::BTreeMap<String, String>,
    pub(crate) path: String,
    pub(crate) status: u16,
}

impl Visitor {
    pub(crate) fn new(server: &Server) -> Self {
        Self::at(server.address.clone())
    }

    pub(crate) fn at(address: String) -> Self {
        Self { address, cookies: std::collections::BTreeMap::new(), path: String::new(), status: 0 }
    }

    pub(crate) fn get(&mut self, path: &str) -> String {
        self.go("GET", path, "", &[])
    }

    pub(crate) fn post(&mut self, path: &str, form: &[(String, String)]) -> String {
        let body: Vec<String> = form.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        self.go("POST", path, "application/x-www-form-urlencoded", body.join("&").as_bytes())
    }

    /// Sends a file by the form of an upload page.
    pub(crate) fn upload(&mut self, path: &str, name: &str, issued: Option<&str>, bytes: &[u8]) -> String {
        let part = "--XX\r\nContent-Disposition: form-data; name=";
        let mut body = Vec::new();
        if let Some(day) = issued {
            body.extend(format!("{part}\"issued\"\r\n\r\n{day}\r\n").bytes());
        }
        body.extend(format!("{part}\"file\"; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n--XX--\r\n");
        self.go("POST", path, "multipart/form-data; boundary=XX", &body)
    }

    /// Sends a form with texts and photos.
    pub(crate) fn report(&mut self, path: &str, texts: &[(&str, &str)], photos: &[(&str, &[u8])]) -> String {
        let part = "--XX\r\nContent-Disposition: form-data; name=";
        let mut body = Vec::new();
        for (name, text) in texts {
            body.extend(format!("{part}\"{name}\"\r\n\r\n{text}\r\n").bytes());
        }
        for (name, bytes) in photos {
            body.extend(format!("{part}\"photo\"; filename=\"{name}\"\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--XX--\r\n");
        self.go("POST", path, "multipart/form-data; boundary=XX", &body)
    }

    fn go(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> String {
        let (mut method, mut path, mut kind, mut body) = (method.to_owned(), path.to_owned(), kind, body);
        for _ in 0..5 {
            let (status, headers, text) = self.once(&method, &path, kind, body).unwrap();
            for header in &headers {
                if let Some(cookie) = header.strip_prefix("set-cookie: ") {
                    let (name, value) =
                        cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap();
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            if status == 303 {
                let to = headers.iter().find_map(|header| header.strip_prefix("location: ")).unwrap();
                (method, path, kind, body) = ("GET".into(), to.to_owned(), "", &[]);
                continue;
            }
            (self.status, self.path) = (status, path);
            return text;
        }
        panic!("the server redirects in a circle at {path}");
    }

    /// One request; an error if the server was gone.
    pub(crate) fn once(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> std::io::Result<(u16, Vec<String>, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        let path = path.split('#').next().unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in &self.cookies {
            head.push_str(&format!("cookie: {name}={value}\r\n"));
        }
        if method == "POST" {
            head.push_str(&format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len()));
        }
        stream.write_all(head.as_bytes())?;
        stream.write_all(b"\r\n")?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, text) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|s| s.parse().ok());
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            format!("{}: {value}", name.to_lowercase())
        });
        // A chunked answer keeps its chunk marks; the tests look for words only.
        Ok((status.ok_or(std::io::ErrorKind::InvalidData)?, headers.collect(), text.to_owned()))
    }
}

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Everything between two marks, wherever they stand.
pub(crate) fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|rest| rest.split(to).next()).collect()
}

/// A catalogue of another office, with one small service that asks for no papers.
pub(crate) fn small_catalogue(folder: &Path) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let label = |km: &str, en: &str| format!("{{ km = \"{km}\", en = \"{en}\" }}");
    let l = label("សាកល្បង", "Test");
    write(
        "sectors.toml",
        &format!(
            "format = 1\n[[sectors]]\nid = \"test\"\norder = 1\ndepartment = \"desk\"\nname = {l}\nshort = {l}\nsummary = {l}\n"
        ),
    );
    write("holidays.toml", "format = 1\nnote = \"none\"\nholidays = []\n");
    write("geo/places.csv", "code,level,parent,km,en\n99,province,,ខេត្ត,Province\n");
    let roles: String = ["front-desk", "approver"]
        .iter()
        .map(|role| format!("[[roles]]\nid = \"{role}\"\nassumed = true\nname = {l}\nmay = []\n"))
        .collect();
    write(
        "office.toml",
        &format!(
            "format = 1\nid = \"elsewhere\"\nsample = true\nname = {l}\nprovince = \"99\"\ntime_zone = \"Asia/Tokyo\"\ncurrency = \"KHR\"\n\
         counters = []\n[hours]\nassumed = true\nworking_days = [\"mon\", \"sat\"]\nsessions = [\"08:00-12:00\"]\ncutoff = \"11:00\"\n\
         [contact]\nsample = true\nphone = \"+1\"\ntelegram = \"@x\"\nemail = \"a@b.c\"\nwebsite = \"x\"\ngeo_code = \"99\"\naddress = {l}\n\
         [numbering]\nrequest = \"E-{{yyyy}}-{{seq:04}}\"\nreceipt = \"R-{{yyyy}}-{{seq:04}}\"\nassumed = true\n\
         [[departments]]\nid = \"desk\"\nkind = \"office\"\nsample = true\nname = {l}\n{roles}"
        ),
    );
    let step = |id: &str, kind: &str, role: &str, after: &str, more: &str| {
        format!(
            "[[review.steps]]\nid = \"{id}\"\nkind = \"{kind}\"\ntitle = {l}\nrole = \"{role}\"\ndepartment = \"desk\"\nafter = [{after}]\nworking_days = 1\n{more}"
        )
    };
    let steps = [
        step("intake", "completeness", "front-desk", "", ""),
        step("approve", "approval", "approver", "\"intake\"", "distinct_from = [\"intake\"]\n"),
        step("issue", "issue", "front-desk", "\"approve\"", ""),
    ]
    .concat();
    write(
        "services/test/permit.toml",
        &format!(
            "format = 1\nid = \"test.permit\"\nversion = 1\nvalid_from = \"2026-01-01\"\nsector = \"test\"\ndepartment = \"desk\"\nname = {l}\nsummary = {l}\n\
         applicants = [\"person\"]\npurposes = [\"new\"]\ndocuments = []\nlegal_basis = [{{ id = \"law\", title = {l} }}]\n\
         reasons = [{{ code = \"T1\", kind = \"return\", text = {l} }}, {{ code = \"T2\", kind = \"refuse\", text = {l}, legal_basis = \"law\" }}]\n\
         [fee]\ncurrency = \"KHR\"\nwhen = \"none\"\nbase = 0\nassumed = true\n[processing_time]\nworking_days = 5\nclock = \"runs\"\nassumed = true\n\
         [validity]\nkind = \"once\"\nassumed = true\n[signature]\nrequired = true\nkinds = [\"drawn\"]\nstatement = {l}\nat_collection = false\n\
         [[sections]]\nid = \"applicant\"\ntitle = {l}\n[[sections.fields]]\nid = \"name\"\ntype = \"khmer-text\"\nlabel = {l}\nrequired = true\nmax_length = 50\n\
         [[sections.fields]]\nid = \"phone\"\ntype = \"phone\"\nlabel = {l}\nrequired = true\n[review]\nassumed = true\n{steps}\
         [result]\nkind = \"permit\"\ntitle = {l}\nnumber_format = \"T-{{yyyy}}-{{seq:04}}\"\nprints = []\nsigned_by = \"approver\"\nqr = false\nassumed = true\n"
        ),
    );
}
