// Verifies the first signature of every file in a directory with npm xml-crypto: one line per file.
const fs = require("node:fs");
const path = require("node:path");
const { SignedXml } = require("xml-crypto");
const { DOMParser } = require("@xmldom/xmldom");
const xpath = require("xpath");

const directory = process.argv[2];
for (const name of fs.readdirSync(directory).filter((item) => item.endsWith(".xml")).sort()) {
  let verdict;
  try {
    const text = fs.readFileSync(path.join(directory, name), "utf8");
    const document = new DOMParser().parseFromString(text, "text/xml");
    const node = xpath.select("//*[local-name(.)='Signature']", document)[0];
    const certificate = xpath.select("string(.//*[local-name(.)='X509Certificate'])", node).replace(/\s/g, "");
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate.match(/.{1,64}/g).join("\n")}\n-----END CERTIFICATE-----\n`;
    const signature = new SignedXml({ publicCert: pem, getCertFromKeyInfo: () => null });
    signature.loadSignature(node);
    verdict = signature.checkSignature(text) ? "valid" : "invalid";
  } catch (error) {
    verdict = `error:${String(error.message).split("\n")[0]}`;
  }
  console.log(`${name} ${verdict}`);
}
