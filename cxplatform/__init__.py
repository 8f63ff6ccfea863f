"""cxplatform: patient-support surveys with a closed loop."""
