import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;

public class Check {
    public static void main(String[] given) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var flavour = PDFAFlavour.fromString(given[0]);
        try (var file = new FileInputStream(given[1]);
             var parser = Foundries.defaultInstance().createParser(file, flavour);
             var validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            var result = validator.validate(parser);
            for (var one : result.getTestAssertions())
                System.out.println(one.getStatus() + " " + one.getRuleId() + " " + one.getMessage());
            System.out.println(result.isCompliant() ? "COMPLIANT" : "NOT COMPLIANT");
            System.exit(result.isCompliant() ? 0 : 1);
        }
    }
}
