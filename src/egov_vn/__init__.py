"""Public administration under Vietnamese law: dossiers, deadlines, signatures, official documents, archives.

```text
egov_vn.calendar     working days, lunar dates, deadlines with their reasons
egov_vn.signature    PAdES, XAdES and CMS signatures: made, extended, assessed
egov_vn.document     official documents under NĐ 30/2020/NĐ-CP: number, layout, register, exchange
egov_vn.dossier      dossiers of administrative procedures: codes, life cycle, registers, forms, statistics
egov_vn.archive      archival records and packages: retention, METS, PREMIS, BagIt, evidence records
egov_vn.testing      an in-process certificate authority, TSA, OCSP and CRL for tests, and sample makers
egov_vn.conformance  test vectors with their articles, a runner, a pytest plugin
```

Nothing is imported here: `import egov_vn.calendar` stays light.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
