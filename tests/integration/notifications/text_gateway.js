// A real SMPP 3.4 gateway on loopback with a fault script: what it answers is chosen by the last digits of the number.
// Every part it takes, and every session that binds, is a line of JSON on standard output, said before it is answered;
// a line on standard input is echoed, after all that was said before.
"use strict";

const smpp = require("smpp");

const [port, password] = process.argv.slice(2);
const tries = new Map();

function say(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

const server = smpp.createServer((session) => {
  session.on("error", () => session.destroy());
  session.on("bind_transceiver", (pdu) => {
    const status = pdu.password === password ? 0 : smpp.ESME_RINVPASWD;
    say({ bound: status === 0 });
    session.send(pdu.response({ command_status: status }));
  });
  session.on("enquire_link", (pdu) => {
    say({ asked: true });
    session.send(pdu.response());
  });
  session.on("unbind", (pdu) => session.send(pdu.response(), () => session.close()));
  session.on("submit_sm", (pdu) => {
    const to = pdu.destination_addr;
    tries.set(to, (tries.get(to) || 0) + 1);
    const first = tries.get(to) === 1;
    const answer = (status) => session.send(pdu.response({ command_status: status, message_id: `m${tries.get(to)}` }));
    if (to.endsWith("01") && first) return answer(smpp.ESME_RTHROTTLED);
    if (to.endsWith("02")) return answer(smpp.ESME_RINVDSTADR);
    if (to.endsWith("05") && first) return answer(smpp.ESME_RSYSERR);
    if (to.endsWith("06")) return answer(smpp.ESME_RINVBNDSTS);
    say({
      to,
      from: pdu.source_addr,
      text: pdu.short_message.message,
      header: pdu.short_message.udh ? pdu.short_message.udh[0].toString("hex") : "",
      coding: pdu.data_coding,
      reference: pdu.user_message_reference,
      validity: pdu.validity_period,
    });
    if (to.endsWith("03")) return undefined; // taken, and never a word
    if (to.endsWith("04")) return session.destroy();
    if (to.endsWith("07")) {
      // A gateway may ask in the middle of a dialogue; without an answer it hangs up.
      return session.enquire_link({}, () => answer(0));
    }
    if (to.endsWith("08")) return session.unbind();
    return answer(0);
  });
});

server.listen(Number(port), "127.0.0.1", () => say({ port: server.address().port }));

process.stdin.on("data", () => say({ echo: true }));
