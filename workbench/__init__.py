"""What designers do before they deploy: tests, simulation, plan, editor schemas."""
