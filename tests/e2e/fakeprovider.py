"""An OpenID Connect provider written for the tests: discovery, keys, tokens, each of which can be told to be wrong.
What it signs is signed by the openssl program. It checks what it is asked, too: PKCE, the client's secret, the address.
"""
import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import secrets
import subprocess
import threading
import time
import urllib.parse

CLIENT, SECRET = "plimsoll center", "s3cret/+ %"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


class Key:
    def __init__(self, folder, alg, kid):
        self.alg, self.kid, self.file = alg, kid, pathlib.Path(folder) / f"{kid}.pem"
        how = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if alg == "RS256" else [
            "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl("genpkey", *how, "-out", str(self.file))

    def jwk(self):
        if self.alg == "RS256":
            n = openssl("rsa", "-in", str(self.file), "-noout", "-modulus").decode().split("=")[1].strip()
            return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": b64(bytes.fromhex(n)), "e": "AQAB"}
        point = openssl("ec", "-in", str(self.file), "-pubout", "-outform", "DER")[-64:]
        return {"kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid, "x": b64(point[:32]), "y": b64(point[32:])}

    def sign(self, text):
        der = openssl("dgst", "-sha256", "-sign", str(self.file), data=text)
        if self.alg == "RS256":
            return der
        out = openssl("asn1parse", "-inform", "DER", data=der).decode()
        return b"".join(bytes.fromhex(x.zfill(64)[-64:]) for x in re.findall(r"INTEGER\s+:([0-9A-F]+)", out))


def token(key, claims, **header):
    head = {"alg": key.alg, "kid": key.kid, **header}
    text = (b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())).encode()
    return text.decode() + "." + b64(key.sign(text))


class Provider:
    def __init__(self, folder, alg="RS256"):
        self.folder, self.key = folder, Key(folder, alg, f"{alg}-1")
        self.keys, self.codes, self.seen = [self.key], {}, []
        self.claims, self.spoil, self.header = {}, None, {}
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def say(self, doc, status=200):
                body = json.dumps(doc).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                path = self.path.split("?")[0]
                provider.seen.append(path)
                if path == "/.well-known/openid-configuration":
                    self.say({"issuer": provider.issuer, "authorization_endpoint": provider.issuer + "/authorize",
                              "token_endpoint": provider.issuer + "/token", "jwks_uri": provider.issuer + "/keys"})
                elif path == "/keys":
                    self.say({"keys": [k.jwk() for k in provider.keys]})
                else:
                    self.say({}, 404)

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                given = base64.b64decode(self.headers.get("Authorization", "Basic ").split()[1] if self.headers.get("Authorization") else "").decode()
                ask = provider.codes.pop(form.get("code"), None)
                challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
                wrong = (not ask or given != urllib.parse.quote(CLIENT, safe="") + ":" + urllib.parse.quote(SECRET, safe="")
                         or challenge != ask["code_challenge"] or form["redirect_uri"] != ask["redirect_uri"])
                if wrong:
                    return self.say({"error": "invalid_grant"}, 400)
                now = int(time.time())
                claims = {"iss": provider.issuer, "aud": CLIENT, "sub": "0001", "iat": now, "exp": now + 300,
                          "nonce": ask["nonce"], "preferred_username": "ada", **provider.claims}
                text = token(provider.key, {k: v for k, v in claims.items() if v is not None}, **provider.header)
                self.say({"token_type": "Bearer", "access_token": "x", "id_token": provider.spoil(text) if provider.spoil else text})

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def authorize(self, location):
        """The person agreed: the callback's query."""
        ask = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
        assert location.startswith(self.issuer + "/authorize?"), location
        assert ask["response_type"] == "code" and ask["code_challenge_method"] == "S256" and ask["client_id"] == CLIENT, ask
        assert "openid" in ask["scope"].split(), ask
        code = secrets.token_urlsafe(16)
        self.codes[code] = ask
        return ask, code

    def close(self):
        self.server.shutdown()
        self.server.server_close()
