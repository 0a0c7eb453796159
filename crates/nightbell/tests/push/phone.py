"""What a phone does, by an independent implementation of web push (http_ece, py_vapid): makes a subscription, and reads what came to it.

phone.py keys        -> {"private", "p256dh", "auth"}
phone.py read < JSON -> {"plain", "claims"}; fails loudly when the body or the signature is not what it should be.
"""

import base64
import json
import sys
import time

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keys():
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    number = private.private_numbers().private_value.to_bytes(32, "big")
    return {"private": text(number), "p256dh": text(point), "auth": text(b"sixteen bytes ok")}


def read(came):
    authorization = came["authorization"]
    if not Vapid02.verify(authorization):
        sys.exit("the signature is not right")
    parts = dict(part.split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
    if parts["k"] != came["key"]:
        sys.exit("signed with another key than the page gave the browser")
    claims = json.loads(data(parts["t"].split(".")[1]))
    left = claims["exp"] - time.time()
    if not 0 < left <= 24 * 3600:
        sys.exit(f"good for {left} s")
    private = ec.derive_private_key(int.from_bytes(data(came["private"]), "big"), ec.SECP256R1())
    body = base64.b64decode(came["body"])
    plain = http_ece.decrypt(body, private_key=private, auth_secret=data(came["auth"]), version="aes128gcm")
    return {"plain": plain.decode(), "claims": claims}


print(json.dumps(keys() if sys.argv[1] == "keys" else read(json.load(sys.stdin))))
