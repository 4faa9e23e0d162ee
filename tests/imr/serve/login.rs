//! Who asks from elsewhere has to know a token.

use super::Server;
use crate::support::Folder;

const TOKEN: &str = "a-token-of-invented-letters";

/// The session that an answer gives, as a browser would send it.
fn session(reply: &super::client::Reply) -> String {
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains(TOKEN), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn who_does_not_know_the_token_gets_nothing() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[&format!("--token={TOKEN}")]);
    for address in [
        "/",
        "/api/search",
        "/api/health",
        "/metrics",
        "/stats",
        "/api/openapi.json",
        "/nothing",
        "/api/letters/CM16-0000001/original",
    ] {
        let reply = server.get(address).with(401);
        assert_eq!(
            (reply.problem()["code"].as_str(), reply.header("www-authenticate")),
            (Some("token"), "Bearer realm=\"imr\"")
        );
        // A browser is shown where to tell it.
        let reply = server.ask("GET", address, &[("Accept", "text/html,*/*")]).with(303);
        assert_eq!(reply.header("location"), "/login");
    }
    for wrong in [
        "Bearer wrong",
        "Bearer",
        "Basic YTpi",
        TOKEN,
        "Bearer a-token-of-invented-letter",
        "Bearer a-token-of-invented-letters2",
    ] {
        server.ask("GET", "/api/search", &[("Authorization", wrong)]).with(401);
    }
    for address in ["/api/search", "/metrics"] {
        server.ask("GET", address, &[("Authorization", &format!("Bearer {TOKEN}"))]).with(200);
    }
    // What it takes a token to see stays in no cache; style sheets and scripts tell nothing of letters.
    let known = |address: &str| server.ask("GET", address, &[("Authorization", &format!("Bearer {TOKEN}"))]);
    for address in [
        "/",
        "/stats",
        "/letter/CM16-0000001",
        "/report",
        "/api/search",
        "/api/export",
        "/api/search?q=(",
        "/no",
        "/login",
    ] {
        assert_eq!(known(address).header("cache-control"), "no-store", "{address}");
    }
    let case = known("/api/search?limit=1").json()["hits"][0]["case_number"].as_str().unwrap().to_owned();
    for address in [format!("/letter/{case}"), format!("/api/letters/{case}"), format!("/api/letters/{case}/original")]
    {
        assert_eq!(known(&address).with(200).header("cache-control"), "no-store", "{address}");
    }
    assert_eq!(server.get("/").header("cache-control"), "no-store");
    let page = known("/").text();
    let sheet = page.split("stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(known(sheet).with(200).header("cache-control").contains("immutable"));
    // Not even the token in the address of another page lets anybody in.
    server.get(&format!("/api/search?token={TOKEN}")).with(401);
}

#[test]
fn a_browser_tells_it_by_a_link_or_a_form() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[&format!("--token={TOKEN}")]);
    let form = server.get("/login").with(200);
    assert!(form.text().contains("<form method=\"post\" action=\"/login\">"));
    let by_link = server.get(&format!("/login?token={TOKEN}")).with(303);
    let post = |body: &str| {
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            server.addr,
            body.len()
        );
        server.send(head.as_bytes()).unwrap()
    };
    let by_form = post(&format!("token={TOKEN}")).with(303);
    for reply in [&by_link, &by_form] {
        assert_eq!((reply.header("location"), reply.header("cache-control")), ("/", "no-store"));
        server.ask("GET", "/api/search", &[("Cookie", &format!("other=1; {}", session(reply)))]).with(200);
    }
    for wrong in ["token=wrong", "token=", "", "other=1", "token=%FF"] {
        let reply = post(wrong);
        assert!(
            matches!(reply.status, 400 | 401) && reply.header("set-cookie").is_empty(),
            "{wrong}: {}",
            reply.status
        );
    }
    assert!(server.get("/login?token=wrong").with(401).header("set-cookie").is_empty());
    server.ask("GET", "/api/search", &[("Cookie", &session(&by_link)[..20])]).with(401);
    let log = server.log();
    assert!(!log.contains(TOKEN), "{log}");
    assert!(log.contains("GET /login 303"), "{log}");
}

#[test]
fn elsewhere_means_a_token() {
    let folder = Folder::indexed(3);
    let mut command = folder.command(&["serve", "--addr", "0.0.0.0:0"]);
    command.env_remove("IMR_TOKEN");
    let mut server = Server::run(command);
    server.addr.set_ip([127, 0, 0, 1].into());
    server.says("/login?token=");
    let log = server.log();
    let token = log.split("/login?token=").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(token.len() >= 32, "{log}");
    server.get("/api/search").with(401);
    server.ask("GET", "/api/search", &[("Authorization", &format!("Bearer {token}"))]).with(200);
}

#[test]
fn the_token_may_come_from_a_file_or_a_variable() {
    let folder = Folder::indexed(3);
    folder.write("token", format!("{TOKEN}\nmore\n"));
    let bearer = format!("Bearer {TOKEN}");
    let mut with_variable = folder.command(&["serve", "--addr", "127.0.0.1:0"]);
    with_variable.env("IMR_TOKEN", TOKEN);
    for server in [Server::start(&folder, &["--token-file", "token"]), Server::run(with_variable)] {
        server.get("/api/search").with(401);
        server.ask("GET", "/api/search", &[("Authorization", &bearer)]).with(200);
        // What was given is not printed.
        assert!(!server.log().contains(TOKEN));
    }
    let made = Server::start(&folder, &["--token"]);
    made.says("/login?token=");
    made.get("/api/search").with(401);
    for (args, told) in [
        (&["serve", "--token=short"][..], "fewer than 16"),
        (&["serve", "--token-file", "nothing"], "no such file"),
        (&["serve", "--token-file", "letters"], "no file with a token"),
        (&["serve", "--addr", "nowhere"], "nowhere"),
    ] {
        folder.imr(args).ends_with(2).says(&[told]);
    }
    // Whoever needs no token may go where it is asked for all the same.
    let open = Server::start(&folder, &[]);
    assert_eq!(open.get("/login").with(303).header("location"), "/");
}
