import java.io.File;
import java.nio.file.Files;
import java.security.PublicKey;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.Init;
import org.apache.xml.security.signature.XMLSignature;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

/** Verifies every signature of every file in a directory with the key of its first certificate: one line per file. */
public class SantuarioVerify {
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";

    public static void main(String[] arguments) throws Exception {
        Init.init();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        File[] files = new File(arguments[0]).listFiles((dir, name) -> name.endsWith(".xml"));
        Arrays.sort(files);
        StringBuilder lines = new StringBuilder();
        for (File file : files) {
            lines.append(file.getName()).append(' ').append(verdict(factory, file)).append('\n');
        }
        System.out.print(lines);
    }

    static String verdict(DocumentBuilderFactory factory, File file) {
        try {
            Document document = factory.newDocumentBuilder().parse(file);
            markIds(document.getDocumentElement());
            NodeList signatures = document.getElementsByTagNameNS(DS, "Signature");
            boolean good = signatures.getLength() > 0;
            for (int i = 0; i < signatures.getLength(); i++) {
                XMLSignature signature = new XMLSignature((Element) signatures.item(i), file.toURI().toString(), false);
                PublicKey key = signature.getKeyInfo().getPublicKey();
                good &= signature.checkSignatureValue(key);
            }
            return good ? "valid" : "invalid";
        } catch (Exception error) {
            return "error:" + error.getClass().getSimpleName() + ":" + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
    }

    static void markIds(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Attr attribute = (Attr) attributes.item(i);
            if (attribute.getName().equals("Id") || attribute.getName().equals("id") || attribute.getName().equals("ID")) {
                element.setIdAttributeNode(attribute, true);
            }
        }
        for (org.w3c.dom.Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element) {
                markIds((Element) child);
            }
        }
    }
}
