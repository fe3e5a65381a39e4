// The catcher of text messages: a real SMPP 3.4 gateway that sends nothing on, but hands each message to the mail catcher
// as a mail to <number>@sms.example, so that one page shows both. For trying only: whoever reaches the port may send.
// Usage: node sms_catcher.js LISTEN_HOST LISTEN_PORT MAIL_HOST MAIL_PORT
"use strict";

const nodemailer = require("nodemailer");
const smpp = require("smpp");

const [listenHost, listenPort, mailHost, mailPort] = process.argv.slice(2);
const FORGET_AFTER_MS = 60_000;

const mails = nodemailer.createTransport({ host: mailHost, port: Number(mailPort), secure: false, ignoreTLS: true });
const unfinished = new Map(); // parts of long messages, by number and reference
let taken = 0;

// The whole text once its last part is here, else null. Header of a part: 05 00 03, reference, parts, place.
function whole(pdu) {
  const { message, udh } = pdu.short_message;
  const header = udh && udh.find((one) => one[0] === 0 && one.length >= 5);
  if (!header) return message;
  const [reference, parts, place] = header.slice(-3);
  const key = `${pdu.destination_addr} ${reference}`;
  if (!unfinished.has(key)) {
    unfinished.set(key, []);
    setTimeout(() => unfinished.delete(key), FORGET_AFTER_MS).unref();
  }
  const found = unfinished.get(key);
  found[place - 1] = message;
  if (found.filter((one) => one !== undefined).length < parts) return null;
  unfinished.delete(key);
  return found.join("");
}

async function hand(pdu) {
  const text = whole(pdu);
  if (text === null) return;
  await mails.sendMail({
    from: { name: pdu.source_addr, address: "tin-nhan@sms.example" },
    to: `${pdu.destination_addr}@sms.example`,
    subject: `Tin nhắn tới +${pdu.destination_addr}`,
    text,
  });
}

function serve(session) {
  const done = (pdu) => session.send(pdu.response());
  session.on("error", () => session.destroy()); // a visitor that only knocks is none
  for (const question of ["bind_transceiver", "bind_transmitter", "bind_receiver", "enquire_link"]) {
    session.on(question, done);
  }
  session.on("unbind", (pdu) => session.send(pdu.response(), () => session.close()));
  session.on("submit_sm", (pdu) => {
    hand(pdu).then(
      () => session.send(pdu.response({ message_id: String((taken += 1)) })),
      () => session.send(pdu.response({ command_status: smpp.ESME_RSYSERR })),
    );
  });
}

const server = smpp.createServer(serve);
server.listen(Number(listenPort), listenHost);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
