"""SupportVectorMachineModel (specification: SupportVectorMachine)."""
