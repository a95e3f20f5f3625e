package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"k8s.io/apimachinery/pkg/api/resource"
)

// sizeAnnotation holds the size of a volume that is a memory file system.
const sizeAnnotation = "testbed.local/size"

// makeVolume makes a volume's folder; with a size, it mounts a memory file
// system of that size there. Done again, it changes nothing.
func makeVolume(path, size string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	if size == "" {
		return nil
	}
	quantity, err := resource.ParseQuantity(size)
	if err != nil {
		return fmt.Errorf("size %q: %w", size, err)
	}
	mounted, err := isMountPoint(path)
	if err != nil || mounted {
		return err
	}
	options := fmt.Sprintf("size=%d,mode=0755", quantity.Value())
	return os.NewSyscallError("mount", syscall.Mount("slipway-test", path, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, options))
}

// unmount unmounts what makeVolume mounted; a folder without a mount is fine.
func unmount(path string) error {
	mounted, err := isMountPoint(path)
	if errors.Is(err, os.ErrNotExist) || (err == nil && !mounted) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.NewSyscallError("umount", syscall.Unmount(path, syscall.MNT_DETACH))
}

func isMountPoint(path string) (bool, error) {
	var here, above syscall.Stat_t
	if err := syscall.Stat(path, &here); err != nil {
		return false, err
	}
	if err := syscall.Stat(filepath.Dir(path), &above); err != nil {
		return false, err
	}
	return here.Dev != above.Dev, nil
}
