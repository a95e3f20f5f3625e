package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	provisionerName = "testbed.local/dir"
	provisionedBy   = "pv.kubernetes.io/provisioned-by"
	selectedNode    = "volume.kubernetes.io/selected-node"
	// What a failed claim or volume waits for its next try.
	resync = 5 * time.Second
)

// provisioner makes volumes of type "local" for claims: folders, or, when the
// storage class has the parameter `size`, memory file systems of that size,
// which really fill up. Unlike with hostPath, the kubelet applies fsGroup.
type provisioner struct {
	client       kubernetes.Interface
	classes      storagelisters.StorageClassLister
	folder, node string
}

func newProvisionerCommand() *cobra.Command {
	var kubeconfig string
	p := &provisioner{}
	command := &cobra.Command{
		Use: "local-provisioner",
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			// By default five requests a second, and volumes would wait for each other.
			config.QPS = -1
			if p.client, err = kubernetes.NewForConfig(config); err != nil {
				return err
			}
			return p.run(command.Context())
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig file")
	command.Flags().StringVar(&p.folder, "folder", "", "folder for the volumes")
	command.Flags().StringVar(&p.node, "node", "", "node that has the volumes")
	command.SetContext(context.Background())
	return command
}

func (p *provisioner) run(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(p.client, resync)
	// Every claim that waits is looked at with each resync: its class is not asked for anew.
	p.classes = factory.Storage().V1().StorageClasses().Lister()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	handle := func(object any) {
		var err error
		switch object := object.(type) {
		case *core.PersistentVolumeClaim:
			err = p.provision(ctx, object)
		case *core.PersistentVolume:
			err = errors.Join(p.restore(object), p.reclaim(ctx, object))
		}
		if err != nil {
			log.Print(err)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: handle, UpdateFunc: func(_, object any) { handle(object) }}
	for _, informer := range []cache.SharedIndexInformer{
		factory.Core().V1().PersistentVolumeClaims().Informer(),
		factory.Core().V1().PersistentVolumes().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
	return nil
}

// provision makes the volume of a claim that waits for one of ours.
func (p *provisioner) provision(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	if claim.Spec.VolumeName != "" || claim.Spec.StorageClassName == nil || *claim.Spec.StorageClassName == "" || claim.DeletionTimestamp != nil {
		return nil
	}
	class, err := p.classes.Get(*claim.Spec.StorageClassName)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("storage class of %s/%s: %w", claim.Namespace, claim.Name, err)
	}
	waits := class.VolumeBindingMode != nil && *class.VolumeBindingMode == storage.VolumeBindingWaitForFirstConsumer
	// A claim of a pod on a node without a machine waits for ever, as it would for a node that is down.
	if class.Provisioner != provisionerName || (waits && claim.Annotations[selectedNode] != p.node) {
		return nil
	}
	volume := p.volumeFor(claim, class)
	if err := makeVolume(volume.Spec.Local.Path, volume.Annotations[sizeAnnotation]); err != nil {
		return fmt.Errorf("make the volume of %s/%s: %w", claim.Namespace, claim.Name, err)
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, volume, meta.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create %s: %w", volume.Name, err)
	}
	return nil
}

func (p *provisioner) volumeFor(claim *core.PersistentVolumeClaim, class *storage.StorageClass) *core.PersistentVolume {
	name := "pvc-" + string(claim.UID)
	annotations := map[string]string{provisionedBy: provisionerName}
	if size := class.Parameters["size"]; size != "" {
		annotations[sizeAnnotation] = size
	}
	reclaim := core.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		reclaim = *class.ReclaimPolicy
	}
	onOurNode := core.NodeSelectorRequirement{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{p.node}}
	terms := []core.NodeSelectorTerm{{MatchExpressions: []core.NodeSelectorRequirement{onOurNode}}}
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: annotations},
		Spec: core.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			PersistentVolumeReclaimPolicy: reclaim,
			StorageClassName:              class.Name,
			ClaimRef:                      &core.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID},
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: filepath.Join(p.folder, name)}},
			NodeAffinity:                  &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: terms}},
		},
	}
}

// restore brings the memory file system of a bound volume back, empty, after
// the cluster was down.
func (p *provisioner) restore(volume *core.PersistentVolume) error {
	if !p.owns(volume) || volume.Status.Phase != core.VolumeBound || volume.Annotations[sizeAnnotation] == "" {
		return nil
	}
	return makeVolume(volume.Spec.Local.Path, volume.Annotations[sizeAnnotation])
}

// reclaim removes a volume whose claim is gone.
func (p *provisioner) reclaim(ctx context.Context, volume *core.PersistentVolume) error {
	if !p.owns(volume) || volume.Status.Phase != core.VolumeReleased || volume.DeletionTimestamp != nil ||
		volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete {
		return nil
	}
	if err := removeVolume(volume.Spec.Local.Path); err != nil {
		return fmt.Errorf("remove %s: %w", volume.Name, err)
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete %s: %w", volume.Name, err)
	}
	return nil
}

// owns says whether we made a volume, and whether it lies where we make them.
func (p *provisioner) owns(volume *core.PersistentVolume) bool {
	return volume.Annotations[provisionedBy] == provisionerName && volume.Spec.Local != nil &&
		filepath.Dir(volume.Spec.Local.Path) == filepath.Clean(p.folder)
}

func removeVolume(path string) error {
	if err := unmount(path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}
