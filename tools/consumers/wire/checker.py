# SPDX-License-Identifier: GPL-2.0-only
"""Judges a record: was signed what had to be, with what was negotiated?

Each signature is computed again, from the password on.  Violations are kept, and
the reading goes on: a record shows all that is wrong with it.
"""

import collections
import dataclasses

import capture
import ntlm
import smb2
import smbref
from sessions import Key, Login, Session, Violation


@dataclasses.dataclass
class Pending:
    """A request that has no final answer."""
    pdu: smb2.Pdu
    session: Session = None
    login: Login = None
    # Signed with the key of a session that this connection does not know
    stranger: bool = False


class Connection:
    """What one connection has agreed on and what came over it."""

    def __init__(self, number):
        self.number = number
        self.negotiate = None           # the request that was answered
        self.dialect = self.alg = None
        self.offered, self.chosen = None, None
        self.cipher = None
        self.required = False
        self.preauth = bytes(64)
        self.pending = {}               # MessageId: Pending
        self.logins = {}                # SessionId: Login
        self.sessions = {}              # SessionId: Session, those usable here
        self.channels = 0               # sessions that another connection began
        self.counts = collections.Counter()
        self.violations = []
        self.open = True


def is_validate_negotiate(pdu):
    return pdu.command == smb2.IOCTL and pdu.get("I", 4) == smb2.VALIDATE_NEGOTIATE


def is_refusal(pdu, pending):
    """A server that finds no session answers with SIGNED set and the signature of
    the request: its session is over, or it relates to nothing."""
    return (pdu.status in (smb2.USER_SESSION_DELETED, smb2.INVALID_PARAMETER) and
            pdu.signature() == pending.pdu.signature() and
            (pending.session is None or pending.session.ended or
             bool(pending.pdu.flags & smb2.RELATED)))


class Checker:
    """All connections to one server."""

    def __init__(self, users, insist=False):
        self.users = {name.lower(): password for name, password in users.items()}
        self.insist = insist            # signing is required whatever was said
        self.connections = {}
        self.sessions = {}
        self.frames = 0

    def read(self, events):
        for number, kind, data in events:
            if kind == capture.OPEN:
                self.connections[number] = Connection(number)
                continue
            conn = self.connections[number]
            if kind in (capture.REQUEST, capture.RESPONSE):
                self.frames += 1
                self.frame(conn, kind == capture.RESPONSE, data)
            elif kind == capture.TORN:
                conn.counts["torn"] += 1
            else:
                conn.open = False
        for conn in self.connections.values():
            self.end(conn)

    def blame(self, conn, pdu, from_server, why):
        what = "" if pdu is None else f" {pdu.name()} {pdu.message_id}"
        who = "response" if from_server else "request"
        conn.violations.append(f"connection {conn.number}, frame {self.frames},{what} {who}: {why}")

    def frame(self, conn, from_server, data):
        if len(data) - 4 != int.from_bytes(data[1:4], "big"):
            raise capture.Error("a frame is not as long as it says")
        data = data[4:]
        if not data:
            conn.counts["keepalive"] += 1
        elif data[:4] == smb2.TRANSFORM_ID:
            conn.counts["encrypted"] += 1
        elif data[:4] == smbref.SMB1_PROTOCOL_ID:
            self.smb1(conn, from_server, data)
        else:
            self.smb2(conn, from_server, data)

    def smb1(self, conn, from_server, data):
        """Only to ask for SMB2, and that first of all."""
        if from_server or conn.dialect or data[4] != 0x72:
            self.blame(conn, None, from_server, "SMB1")
            return
        conn.counts["negotiate"] += 1
        conn.pending[0] = Pending(None)

    def smb2(self, conn, from_server, data):
        previous = None
        pdu = None
        try:
            for pdu in smb2.compound(data):
                previous = self.pdu(conn, from_server, pdu, previous)
        except smb2.Malformed as why:
            self.blame(conn, pdu, from_server, f"malformed: {why}")

    def pdu(self, conn, from_server, pdu, previous):
        """Judge one message; return its session, for what is related to it."""
        session = None
        try:
            if pdu.from_server() != from_server:
                raise Violation("comes from the wrong side")
            if from_server:
                session = self.response(conn, pdu, previous)
            else:
                session = self.request(conn, pdu, previous)
        except (Violation, ntlm.Error, smb2.Malformed) as why:
            conn.counts["signed"] += pdu.signed()
            self.blame(conn, pdu, from_server, why)
        return session

    def verified(self, conn, pdu, key):
        """The message is signed: it must be right."""
        if key is None:
            raise Violation("signed where no key is known")
        again = key.verify(pdu)
        if again:
            conn.counts[again] += 1
        conn.counts["signed"] += 1
        conn.counts["verified"] += 1
        conn.counts["bytes"] += len(pdu.data)

    def unsigned(self, conn, reason):
        conn.counts[reason] += 1

    def find_session(self, conn, pdu, previous):
        if pdu.session_id == smb2.NO_SESSION_ID:
            return previous
        return conn.sessions.get(pdu.session_id)

    # Requests

    def request(self, conn, pdu, previous):
        if pdu.command == smb2.NEGOTIATE:
            return self.negotiate_request(conn, pdu)
        if pdu.command == smb2.SESSION_SETUP:
            return self.setup_request(conn, pdu)
        session = self.find_session(conn, pdu, previous)
        if pdu.command != smb2.CANCEL:          # which has no answer of its own
            self.expect(conn, pdu, Pending(pdu, session))
        if pdu.signed():
            if session is None:
                conn.pending[pdu.message_id].stranger = True
            else:
                self.verified(conn, pdu, session.channels.get(conn))
        else:
            self.unsigned_request(conn, pdu, session)
        return session

    def expect(self, conn, pdu, pending):
        if pdu.message_id in conn.pending:
            raise Violation("its MessageId is in use")
        conn.pending[pdu.message_id] = pending

    def unsigned_request(self, conn, pdu, session):
        if session is None or not session.real:
            self.unsigned(conn, "no-key")
        elif session.encrypted:
            raise Violation("neither signed nor encrypted")
        elif session.required:
            raise Violation("must be signed and is not")
        elif pdu.command == smb2.TREE_CONNECT and conn.dialect == 0x0311:
            raise Violation("must be signed under 3.1.1 and is not")
        elif is_validate_negotiate(pdu):
            raise Violation("VALIDATE_NEGOTIATE_INFO must be signed and is not")
        else:
            self.unsigned(conn, "not-required")

    def negotiate_request(self, conn, pdu):
        if pdu.signed():
            raise Violation("NEGOTIATE is signed")
        if conn.dialect not in (None, 0x02ff):
            raise Violation("a second NEGOTIATE")
        self.unsigned(conn, "negotiate")
        self.expect(conn, pdu, Pending(pdu))

    def setup_request(self, conn, pdu):
        known = conn.sessions.get(pdu.session_id)
        login = conn.logins.get(pdu.session_id)
        if login is None:
            login = self.new_login(conn, pdu, known)
            if pdu.session_id:
                conn.logins[pdu.session_id] = login
        login.request(pdu)
        self.expect(conn, pdu, Pending(pdu, login.session, login))
        if pdu.signed():
            self.verified(conn, pdu, login.key)
        elif login.kind == "bind":
            raise Violation("a binding must be signed and is not")
        elif known and known.required:
            raise Violation("must be signed and is not")
        else:
            self.unsigned(conn, "session-setup")

    def new_login(self, conn, pdu, known):
        if pdu.get("B", 2) & smb2.BINDING:
            session = self.sessions.get(pdu.session_id)
            if session is None:
                raise Violation("binds a session that was never set up")
            return Login("bind", conn.preauth, session)
        return Login("again" if known else "new", conn.preauth, known)

    # Responses

    def response(self, conn, pdu, previous):
        if pdu.message_id == smb2.NO_MESSAGE_ID:
            return self.notification(conn, pdu)
        pending = conn.pending.get(pdu.message_id)
        if pending is None:
            raise Violation("answers no request")
        if pending.pdu and pending.pdu.command != pdu.command:
            raise Violation(f"answers a {pending.pdu.name()}")
        if pdu.status == smb2.PENDING:
            return self.interim(conn, pdu, pending.session)
        del conn.pending[pdu.message_id]
        if pdu.command == smb2.NEGOTIATE:
            return self.negotiate_response(conn, pdu, pending)
        if pending.login:
            return self.setup_response(conn, pdu, pending)
        session = pending.session
        if pending.stranger:
            self.stranger(conn, pdu, pending)
        elif not pdu.signed():
            self.unsigned_response(conn, pdu, pending)
        elif is_refusal(pdu, pending):
            self.unsigned(conn, "no-session")
        else:
            self.verified(conn, pdu, session and session.channels.get(conn))
        if session and pdu.session_id not in (session.id, smb2.NO_SESSION_ID):
            raise Violation("names another session than its request")
        if pdu.command == smb2.TREE_CONNECT and pdu.status == smb2.SUCCESS:
            conn.counts["trees"] += 1
        if pdu.command == smb2.LOGOFF and pdu.status == smb2.SUCCESS and session:
            del conn.sessions[session.id]
        return session

    def notification(self, conn, pdu):
        """MessageId of all ones: not to be signed, not to be checked."""
        if pdu.signed():
            raise Violation("a notification is signed")
        if pdu.command != smb2.OPLOCK_BREAK:
            raise Violation("not a notification, yet it answers no request")
        self.unsigned(conn, "notification")

    def interim(self, conn, pdu, session):
        """The final response has the same MessageId: with GMAC the same nonce."""
        if pdu.signed():
            raise Violation("STATUS_PENDING is signed")
        if not pdu.flags & smb2.ASYNC:
            raise Violation("STATUS_PENDING that is not asynchronous")
        self.unsigned(conn, "interim")
        return session

    def stranger(self, conn, pdu, pending):
        """The request had the SessionId of no session of this connection."""
        if not is_refusal(pdu, pending):
            raise Violation("the request was of no known session and was accepted")
        self.unsigned(conn, "no-session")

    def unsigned_response(self, conn, pdu, pending):
        session = pending.session
        if session is None or not session.real:
            self.unsigned(conn, "no-key")
        elif session.encrypted:
            raise Violation("neither signed nor encrypted")
        elif session.required:
            raise Violation("must be signed and is not")
        elif pending.pdu.signed():
            raise Violation("its request was signed, and it is not")
        else:
            self.unsigned(conn, "not-required")

    def negotiate_response(self, conn, pdu, pending):
        if pdu.signed():
            raise Violation("NEGOTIATE is signed")
        self.unsigned(conn, "negotiate")
        if pdu.status != smb2.SUCCESS:
            return
        conn.dialect = pdu.get("H", 4)
        if conn.dialect not in smb2.DIALECTS:
            raise Violation(f"dialect {conn.dialect:#06x}")
        conn.required = bool(pdu.get("H", 2) & smb2.REQUIRED) or self.insist
        if pending.pdu is None:         # asked for in SMB1
            return
        conn.required |= bool(pending.pdu.get("H", 4) & smb2.REQUIRED)
        if conn.dialect not in smb2.dialects(pending.pdu):
            raise Violation("a dialect that was not offered")
        for message in (pending.pdu, pdu):
            conn.preauth = smbref.preauth_update(conn.preauth, message.data)
        self.choose_algorithm(conn, pending.pdu, pdu)

    def choose_algorithm(self, conn, request, response):
        if conn.dialect < 0x0300:
            conn.alg = smbref.HMAC_SHA256
            return
        conn.alg = smbref.AES_CMAC
        if conn.dialect < 0x0311:
            return
        conn.cipher = smb2.cipher(response)
        conn.offered = smb2.signing_algorithms(request)
        conn.chosen = smb2.signing_algorithms(response)
        if conn.chosen is None:
            return
        if len(conn.chosen) != 1:
            raise Violation("the server chose more than one algorithm")
        if conn.chosen[0] not in (conn.offered or []):
            raise Violation("the server chose an algorithm that was not offered")
        conn.alg = conn.chosen[0]

    def setup_response(self, conn, pdu, pending):
        login = pending.login
        if pdu.status == smb2.MORE_PROCESSING_REQUIRED:
            login.response(pdu)
            conn.logins[pdu.session_id] = login
        else:
            conn.logins.pop(pdu.session_id, None)
            conn.logins.pop(pending.pdu.session_id, None)
        if pdu.status == smb2.SUCCESS:
            return self.logged_in(conn, pdu, login)
        if login.kind == "new":
            if pdu.signed():
                raise Violation("signed where no key is known")
            self.unsigned(conn, "session-setup")
        elif pdu.signed():
            self.signed_setup(conn, pdu, login)
        elif pending.pdu.signed():
            raise Violation("its request was signed, and it is not")
        else:
            self.unsigned(conn, "session-setup")

    def signed_setup(self, conn, pdu, login):
        """An answer that does not end the login.  Where the server refuses a
        binding, it may lack the key to sign that with."""
        try:
            self.verified(conn, pdu, login.key)
        except Violation:
            if login.kind != "bind" or pdu.status == smb2.MORE_PROCESSING_REQUIRED:
                raise
            self.unsigned(conn, "no-session")

    def logged_in(self, conn, pdu, login):
        if conn.alg is None:
            raise Violation("a login before NEGOTIATE")
        if login.kind == "new":
            session = self.new_session(conn, pdu, login)
        else:
            session = login.session
            if login.kind == "bind":
                session.channels[conn] = Key(conn.alg, login.signing_key(self.users, conn.dialect), session)
                conn.channels += 1
        conn.sessions[session.id] = session
        if pdu.signed():
            self.verified(conn, pdu, session.channels.get(conn))
        elif not session.real:
            self.unsigned(conn, "no-key")
        elif conn.dialect == 0x0311 or login.kind != "new":
            raise Violation("the end of a login must be signed and is not")
        else:
            self.unsigned(conn, "session-setup")
        return session

    def new_session(self, conn, pdu, login):
        user = login.authenticate.user if login.authenticate else ""
        flags = pdu.get("H", 2)
        if login.authenticate and login.authenticate.is_anonymous():
            flags |= smb2.IS_NULL
        required = conn.required or bool(login.security_mode & smb2.REQUIRED)
        if login.previous in self.sessions:
            self.sessions[login.previous].ended = True
        session = Session(pdu.session_id, user, flags, required)
        self.sessions[session.id] = conn.sessions[session.id] = session
        conn.counts["sessions" if session.real else "guests"] += 1
        if session.real:
            session.key = Key(conn.alg, login.signing_key(self.users, conn.dialect), session)
            session.channels[conn] = session.key
        return session

    def end(self, conn):
        """What never got its answer: as long as the record goes on, some."""
        for pending in conn.pending.values():
            if pending.stranger:
                self.blame(conn, pending.pdu, False, "signed where no key is known")
