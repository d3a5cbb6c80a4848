import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;

/** Prints a line a signature: file, container, format, intact, data found and intact, indication. */
public class Check {
  public static void main(String[] files) {
    for (String name : files) {
      SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(name));
      CommonCertificateVerifier verifier = new CommonCertificateVerifier(); // trusts nobody, asks nobody
      verifier.setAIASource(null);
      validator.setCertificateVerifier(verifier);
      Reports reports = validator.validateDocument();
      DiagnosticData data = reports.getDiagnosticData();
      SimpleReport simple = reports.getSimpleReport();
      System.out.println("signatures=" + data.getSignatures().size());
      for (SignatureWrapper each : data.getSignatures()) {
        long intact = each.getDigestMatchers().stream().filter(it -> it.isDataFound() && it.isDataIntact()).count();
        System.out.println(String.join("\t",
            "container=" + data.getContainerType(),
            "mimetype=" + data.getMimetypeFileContent(),
            "format=" + each.getSignatureFormat(),
            "intact=" + each.isSignatureIntact(),
            "valid=" + each.isSignatureValid(),
            "digests=" + intact + "/" + each.getDigestMatchers().size(),
            "certificate_v2=" + each.isSigningCertificateReferencePresent(),
            "time=" + (each.getClaimedSigningTime() != null),
            "indication=" + simple.getIndication(each.getId()),
            "sub=" + simple.getSubIndication(each.getId())));
      }
    }
  }
}
