print("as saved")
