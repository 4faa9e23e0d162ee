//! What is not to be answered is refused, and the server lives on.

use std::io::{Read, Write};

use super::Server;
use super::client::{parse, read, until};
use crate::support::Folder;

#[track_caller]
fn is_alive(server: &Server) {
    server.get("/api/health").with(200);
}

#[test]
fn a_name_that_is_not_the_servers_is_refused() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &["--host", "letters.example.org"]);
    let port = server.addr.port();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 200),
        ("LOCALHOST".to_owned(), 200),
        ("[::1]:9000".to_owned(), 200),
        ("letters.example.org".to_owned(), 200),
        ("Letters.Example.org.:80".to_owned(), 200),
        ("evil.example.org".to_owned(), 421),
        (format!("127.0.0.1.evil.example.org:{port}"), 421),
        (format!("localhost.evil.example.org:{port}"), 421),
        (format!("evil.example.org@127.0.0.1:{port}"), 421),
        ("192.168.0.1".to_owned(), 421),
        ("0.0.0.0".to_owned(), 421),
        (String::new(), 421),
    ] {
        let reply = server.ask("GET", "/api/search", &[("Host", &host)]);
        assert_eq!(reply.status, status, "{host}");
        assert!(status == 200 || reply.problem()["code"] == "host");
    }
    let twice = format!(
        "GET /api/health HTTP/1.1\r\nHost: {0}\r\nHost: evil.example.org\r\nConnection: close\r\n\r\n",
        server.addr
    );
    assert_eq!(server.send(twice.as_bytes()).unwrap().status, 400);
    assert_eq!(server.send(b"GET /api/health HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap().status, 400);
    let whole = format!(
        "GET http://evil.example.org/api/health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.addr
    );
    assert_eq!(server.send(whole.as_bytes()).unwrap().status, 421);
    is_alive(&server);
    for host in ["letters.example.org:8080", "http://letters.example.org", "a@b", ""] {
        folder.imr(&["serve", "--addr", "127.0.0.1:0", "--host", host]).ends_with(2).says(&["give the name alone"]);
    }
}

#[test]
fn nothing_can_be_changed_and_no_body_is_taken() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "NONSENSE"] {
        let address = if method == "CONNECT" { server.addr.to_string() } else { "/api/search".to_owned() };
        let reply = server.ask(method, &address, &[]);
        assert!(matches!(reply.status, 400 | 405), "{method}: {}", reply.status);
        assert!(reply.status == 400 || reply.header("allow") == "GET, HEAD", "{method}");
        // No other site may read anything, whatever it asks.
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let head = server.ask("HEAD", "/api/search", &[]).with(200);
    assert!(head.body.is_empty() && head.header("content-type") == "application/json");
    let body = server.get("/api/search").with(200).body;
    assert_eq!(head.header("content-length"), body.len().to_string());
    // How long a file becomes is known when it is written.
    let file = server.ask("HEAD", "/api/export", &[]).with(200);
    assert!(file.body.is_empty() && file.header("content-length").is_empty(), "{file:?}");
    assert_eq!(server.ask("GET", "/api/search", &[("Content-Length", "10")]).status, 413);
    assert_eq!(server.ask("GET", "/api/search", &[("Transfer-Encoding", "chunked")]).status, 413);
    let login = |length: usize| {
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n",
            server.addr
        );
        server.send(&[head.as_bytes(), &vec![b'x'; length]].concat()).map(|reply| reply.status)
    };
    // A client that still speaks may not hear the answer.
    assert!(matches!(login(10 << 20), None | Some(413)));
    assert_eq!(login(4097), Some(413));
    let endless = format!(
        "POST /login HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.addr
    );
    let endless =
        [endless.as_bytes(), format!("{:x}\r\n{}\r\n0\r\n\r\n", 100_000, "x".repeat(100_000)).as_bytes()].concat();
    assert!(matches!(server.send(&endless).map(|reply| reply.status), None | Some(413 | 303)));
    is_alive(&server);
}

#[test]
fn what_is_too_long_is_refused() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    assert_ne!(server.get(&format!("/api/search?q={}", "a+".repeat(4000))).status, 414);
    assert_eq!(server.get(&format!("/api/search?q={}", "a".repeat(20_000))).with(414).problem()["code"], "too_long");
    for bytes in [100_000, 10 << 20] {
        let long = format!("GET /api/search?q={} HTTP/1.1\r\nHost: {}\r\n\r\n", "a".repeat(bytes), server.addr);
        assert!(matches!(server.send(long.as_bytes()).map(|reply| reply.status), None | Some(414 | 431)));
        let wide = format!("GET / HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", server.addr, "a".repeat(bytes));
        assert!(matches!(server.send(wide.as_bytes()).map(|reply| reply.status), None | Some(431)));
    }
    let many: String = (0..1000).map(|n| format!("X-{n}: a\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\nHost: {}\r\n{many}\r\n", server.addr);
    assert!(matches!(server.send(many.as_bytes()).map(|reply| reply.status), None | Some(431)));
    server.get(&format!("/api/search?{}", "a&".repeat(600))).with(400);
    is_alive(&server);
}

#[test]
fn nonsense_on_the_line_ends_the_connection_alone() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    let host = format!("Host: {}\r\n", server.addr);
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"\0\0\0\0\r\n\r\n".to_vec(),
        format!("GET /api/search?q=\0 HTTP/1.1\r\n{host}\r\n").into_bytes(),
        format!("GET /a b HTTP/1.1\r\n{host}\r\n").into_bytes(),
        format!("GET / HTTP/3.0\r\n{host}\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\n{host}X: \x1b[31m\r\n\r\n").into_bytes(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
    ] {
        let mut stream = server.connect();
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let status = read(&mut stream).map(|reply| reply.status);
        assert!(status.is_none_or(|status| (400..600).contains(&status)), "{bytes:?}: {status:?}");
        is_alive(&server);
    }
    // A path that would act on a terminal is told without doing so.
    server.get("/%1b%5b31mred").with(404);
    server.get("/api/letters/%1b%5b31mred%0a127.0.0.1").with(404);
    server.get("/api/letters/%ff%fe").with(404).problem();
    let log = server.log();
    assert!(!log.contains('\x1b') && log.lines().all(|line| !line.starts_with("127.0.0.1")), "{log}");
    // A line says when, who, and what kind of thing; not which letter, and nothing that was searched for.
    server.get("/api/search?q=acupuncture&path=secret").with(200);
    server.get("/letter/CM16-0213037?q=acupuncture").with(404);
    server.says("/letter/{case} 404");
    let log = server.log();
    assert!(!["acupuncture", "secret", "CM16-0213037"].iter().any(|part| log.contains(part)), "{log}");
    for line in log.lines().skip_while(|line| line.contains("listening at")) {
        let (time, rest) = line.split_once(' ').unwrap();
        let is_time = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            19 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        };
        assert!(time.len() == 20 && time.bytes().enumerate().all(is_time), "{line}");
        assert!(rest.starts_with("127.0.0.1 ") || rest.starts_with("- "), "{line}");
    }
}

#[test]
fn no_parameter_leads_to_a_file() {
    let folder = Folder::indexed(3);
    folder.write("secret.txt", "The secret of the house.");
    let server = Server::start(&folder, &[]);
    let secret = folder.path().join("secret.txt").display().to_string();
    let description = server.get("/api/openapi.json").with(200).json();
    let mut tried = 0;
    for file in [
        "../secret.txt",
        "letters/../secret.txt",
        &secret,
        "file:///etc/passwd",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/secret.txt",
        "..%5csecret.txt",
        "letters/%00/../secret.txt",
    ] {
        let mut addresses = vec![
            format!("/api/letters/{file}"),
            format!("/api/letters/{file}/original"),
            format!("/assets/{file}"),
            format!("/letter/{file}"),
            format!("/{file}"),
            format!("/assets/../{file}"),
            format!("/api/letters/{}/original", file.replace('/', "%2f")),
            format!("/assets/{}", file.replace('/', "%2F")),
        ];
        for (path, route) in description["paths"].as_object().unwrap() {
            let path = path.replace("{case}", "CM16-0000001");
            let parameters = route["get"]["parameters"].as_array().unwrap();
            addresses.extend(parameters.iter().map(|p| format!("{path}?{}={file}", p["name"].as_str().unwrap())));
        }
        for address in addresses {
            let reply = server.get(&address);
            assert!(reply.status < 500, "{address}: {}", reply.status);
            let body = String::from_utf8_lossy(&reply.body);
            assert!(!body.contains("The secret") && !body.contains("root:"), "{address}");
            tried += 1;
        }
    }
    assert!(tried > 500, "{tried}");
    is_alive(&server);
}

#[test]
fn a_client_that_says_nothing_is_cut_off() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &["--bound", "head=300", "--bound", "connections=6"]);
    let mut slow: Vec<_> = (0..6).map(|_| server.connect()).collect();
    slow.iter_mut().for_each(|stream| stream.write_all(b"GET /api/health HTTP/1.1\r\nHost: 127").unwrap());
    // Every place is taken: one more is told so, and whoever speaks on by letters is no better off.
    slow.iter_mut().for_each(|stream| _ = stream.write_all(b".0"));
    for mut stream in slow {
        // Nothing but an end, or a refusal.
        assert!(read(&mut stream).is_none_or(|reply| reply.status == 408), "{}", server.log());
    }
    until(|| is_well(&server), || server.log());
    server.says("127.0.0.1 connection: ");
    // One who has asked and stays silent is cut off, too.
    let mut stream = server.connect();
    stream.write_all(format!("GET /api/health HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).as_bytes()).unwrap();
    assert_eq!(read(&mut stream).unwrap().status, 200);
}

/// Whether the server answers one more.
fn is_well(server: &Server) -> bool {
    let request = format!("GET /api/health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.addr);
    server.send(request.as_bytes()).is_some_and(|reply| reply.status == 200)
}

#[test]
fn there_are_no_more_connections_than_there_may_be() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &["--bound", "connections=2"]);
    let held: Vec<_> = (0..2).map(|_| server.connect()).collect();
    // The server may not have come to the first ones yet.
    until(|| server.send(b"").is_some_and(|reply| reply.status == 503), || server.log());
    server.says("there are too many");
    drop(held);
    until(|| is_well(&server), || server.log());
}

#[test]
fn one_client_does_not_take_all_connections() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &["--bound", "client_connections=2"]);
    let held: Vec<_> = (0..2).map(|_| server.connect()).collect();
    until(|| server.send(b"").is_some_and(|reply| reply.status == 503), || server.log());
    server.says("too many of this client");
    drop(held);
    until(|| is_well(&server), || server.log());
}

/// One who asks for everything and takes the beginning of it.
fn begins_to_read(server: &Server) -> (std::net::TcpStream, Vec<u8>) {
    let mut stream = server.connect();
    stream.write_all(format!("GET /api/export HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).as_bytes()).unwrap();
    let mut first = vec![0; 200];
    stream.read_exact(&mut first).unwrap();
    (stream, first)
}

#[test]
fn who_does_not_take_an_export_leaves_its_place_to_others() {
    let folder = Folder::new();
    folder.invent("letters", 1..=40);
    // More than the system keeps between the two for a client that does not read.
    for number in 0..50 {
        let text =
            format!("A letter of no layout, number {number}. {}", "Words of it, one after the other. ".repeat(12_000));
        folder.write(&format!("letters/long-{number}.txt"), text);
    }
    folder.imr(&["index", "letters"]).succeeds();
    let server = Server::start(&folder, &["--bound", "stall=5000", "--bound", "client_exports=2"]);
    let held: Vec<_> = (0..2).map(|_| begins_to_read(&server)).collect();
    assert!(held.iter().all(|(_, first)| first.starts_with(b"HTTP/1.1 200 ")));
    // A third of the same client finds none, while there are places for others; what is no export goes on.
    let problem = server.get("/api/export").with(503).problem();
    assert_eq!(
        (problem["code"].as_str(), problem["message"].as_str()),
        (Some("busy"), Some("too many exports of yours are at work"))
    );
    assert!(is_well(&server));
    server.says("the client takes too little");
    until(|| server.get("/metrics").text().contains("imr_exports_at_work 0"), || server.log());
    assert_eq!(server.get("/api/export?limit=5").with(200).text().lines().count(), 5);
    // Who was cut off learns that it was not all.
    for (mut stream, mut bytes) in held {
        let _ = stream.read_to_end(&mut bytes);
        assert!(parse(&bytes).is_none());
    }
}

#[test]
fn work_that_nobody_waits_for_is_given_up() {
    let folder = Folder::indexed(200);
    let server = Server::start(&folder, &["--bound", "answer=0", "--bound", "queries=1"]);
    let given_up = |server: &Server| {
        let text = server.get("/metrics").text();
        assert!(text.contains("imr_stopped_total "), "{text}");
        !text.contains("imr_stopped_total 0\n") && text.contains("imr_queries_at_work 0\n")
    };
    assert!(!given_up(&server));
    // Whether one is that fast to be done is the machine's business; that all are is not.
    until(
        || {
            server.get("/report").with(503);
            given_up(&server)
        },
        || server.get("/metrics").text(),
    );
    // The same where the client goes away.
    let server = Server::start(&folder, &["--bound", "queries=1"]);
    until(
        || {
            let mut gone = server.connect();
            gone.write_all(format!("GET /report HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).as_bytes()).unwrap();
            drop(gone);
            given_up(&server)
        },
        || server.get("/metrics").text(),
    );
}

#[test]
fn an_answer_that_takes_too_long_is_given_up() {
    let folder = Folder::indexed(400);
    // No time at all may take a timer two milliseconds, which as many patterns as a query may have take many times over.
    let server = Server::start(&folder, &["--bound", "answer=0"]);
    let patterns: Vec<String> = ('a'..='z').map(|letter| format!("*{letter}*")).collect();
    let query = patterns.join("+OR+");
    let problem = server.get(&format!("/api/stats?q={query}&by=year,outcome")).with(503).problem();
    assert_eq!(problem["code"], "time");
    let reply = server.get(&format!("/api/search?q={query}&limit=100"));
    assert!(reply.status == 503 && reply.header("retry-after") == "5");
}

#[test]
fn a_client_that_goes_away_leaves_nothing_behind() {
    let folder = Folder::indexed(60);
    let server = Server::start(&folder, &[]);
    for _ in 0..20 {
        let mut stream = server.connect();
        stream.write_all(format!("GET /api/export HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).as_bytes()).unwrap();
    }
    let idle = ["imr_exports_at_work 0", "imr_connections 1", "imr_queries_at_work 0"];
    until(
        || {
            let text = server.get("/metrics").text();
            idle.iter().all(|line| text.contains(line))
        },
        || server.get("/metrics").text(),
    );
}

#[test]
fn pages_of_other_sites_get_nothing() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    for (address, site, mode, dest, status) in [
        ("/api/search", "same-origin", "cors", "empty", 200),
        ("/api/search", "none", "navigate", "document", 200),
        ("/api/search", "cross-site", "navigate", "document", 403),
        ("/api/search", "cross-site", "no-cors", "image", 403),
        ("/api/search", "cross-site", "cors", "empty", 403),
        ("/api/search", "same-site", "no-cors", "script", 403),
        ("/", "cross-site", "navigate", "document", 200),
        ("/", "same-site", "navigate", "document", 200),
        ("/", "cross-site", "navigate", "iframe", 403),
        ("/", "same-site", "navigate", "embed", 403),
        ("/", "cross-site", "no-cors", "document", 403),
        ("/", "same-origin", "navigate", "iframe", 200),
    ] {
        let reply = server.ask(
            "GET",
            address,
            &[
                ("Sec-Fetch-Site", site),
                ("Sec-Fetch-Mode", mode),
                ("Sec-Fetch-Dest", dest),
                ("Origin", "http://evil.example.org"),
            ],
        );
        assert_eq!(reply.status, status, "{address} {site} {mode} {dest}");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}

#[test]
fn what_would_take_long_or_fill_the_line_is_not_begun() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    let long = "a".repeat(2001);
    let (near, words) = ("lumbr~2+".repeat(33), "mri+".repeat(301));
    for query in [&long, &near, &words] {
        for address in ["/?q=", "/stats?q=", "/compare?q2=", "/report?q=", "/api/search?q=", "/api/export?q="] {
            let reply = server.get(&format!("{address}{query}"));
            assert_eq!(reply.status, 400, "{address}{query}");
        }
    }
    for (query, status) in [
        ("limit=1000&snippets=10", 200),
        ("limit=1000&snippets=11", 400),
        ("limit=10&context=1000", 200),
        ("limit=11&context=1000", 400),
        ("limit=11&context=1000&count=1", 200),
    ] {
        assert_eq!(server.get(&format!("/api/search?q=lumbar&{query}")).status, status, "{query}");
    }
}

#[test]
fn browsers_are_told_by_a_page_and_programs_by_a_problem() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    let long = format!("/?q={}", "a".repeat(20_000));
    for (address, status) in
        [("/nope", 404), (&*long, 414), ("/similar/CM16-0000001/x", 404), ("/letter/%ff", 404), ("/facet/%ff", 404)]
    {
        let page = server.ask("GET", address, &[("Accept", "text/html,*/*;q=0.8")]).with(status);
        assert!(page.header("content-type").starts_with("text/html") && page.text().contains("<h1>"), "{address}");
    }
    for address in ["/api/nope", "/api/letters/%ff", "/api/letters/%ff/original"] {
        server.ask("GET", address, &[("Accept", "text/html,*/*;q=0.8")]).with(404).problem();
    }
    for (address, status) in [("/nope", 404), (&*long, 414), ("/similar/CM16-0000001/x", 404), ("/letter/%ff", 404)] {
        server.get(address).with(status).problem();
    }
    // A report of so many is never there at once.
    let folder = Folder::indexed(60);
    let late = Server::start(&folder, &["--bound", "answer=0"]);
    let page = late.ask("GET", "/report", &[("Accept", "text/html")]).with(503);
    assert!(page.header("content-type").starts_with("text/html") && page.header("retry-after") == "5");
    assert!(page.text().contains("too long"), "{}", page.text());
}

#[test]
fn every_answer_tells_browsers_what_may_not_be() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    for address in
        ["/", "/api/search", "/api/search?q=(", "/nothing", "/metrics", "/login", "/api/letters/CM99-9999999"]
    {
        let reply = server.get(address);
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{address}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{address}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}

#[test]
fn requests_may_follow_one_another_on_a_connection() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    let one = format!("GET /api/health HTTP/1.1\r\nHost: {}\r\n", server.addr);
    let reply = server.send(format!("{one}\r\n{one}Connection: close\r\n\r\n").as_bytes()).unwrap();
    let text = String::from_utf8(reply.body).unwrap();
    let second = text.find("HTTP/1.1 ").unwrap();
    assert_eq!(parse(&text.as_bytes()[second..]).unwrap().status, 200);
}
