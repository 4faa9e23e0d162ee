"""Takes TLS connections on a port of this machine and hands their bytes on: `relay.py CERTIFICATE PORT`. Prints its port."""

import socket
import ssl
import sys
import threading


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def main(certificate, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            plain, _ = listener.accept()
            try:
                taken = context.wrap_socket(plain, server_side=True)
                behind = socket.create_connection(("127.0.0.1", port))
            except OSError:
                continue
            for ends in ((taken, behind), (behind, taken)):
                threading.Thread(target=copy, args=ends, daemon=True).start()


main(sys.argv[1], int(sys.argv[2]))
